import { describe, expect, test } from "vitest";
import type { IceCandidate } from "../../../lib/call/vocabulary.ts";
import { readCandidate } from "../../../lib/sdp/candidateLine.ts";
import { beginGeneration, EMPTY_INBOX, sortCandidates, type Sorted } from "../../../lib/media/CandidateInbox.ts";

const HOST = "candidate:1 1 udp 2113937151 192.0.2.2 5000 typ host";

describe("readCandidate", () => {
    test("reads Chromium's", () => {
        const text =
            "candidate:7 1 udp 100 203.0.113.5 61000 typ srflx raddr 10.0.0.2 rport 5000 generation 0 ufrag aB+/ network-cost 999";
        expect(readCandidate({ candidate: text })).toEqual({
            kind: "candidate",
            line: text,
            ufrag: "aB+/",
            candidate: {
                foundation: "7",
                component: 1,
                transport: "udp",
                priority: 100,
                ip: "203.0.113.5",
                port: 61_000,
                type: "srflx",
                raddr: "10.0.0.2",
                rport: 5_000,
            },
        });
    });

    test.each([
        [HOST, "candidate"],
        [`a=${HOST} `, "candidate"],
        [HOST.replace("192.0.2.2", "fd00::2").replace("udp", "UDP"), "candidate"],
        ["", "endOfCandidates"],
        [" ", "endOfCandidates"],
        [HOST.replace("udp", "tcp"), "tcpCandidate"],
        [HOST.replace("192.0.2.2", "2f6ab1c0-1.LOCAL"), "mdnsCandidate"],
        [`${HOST}\r\na=x`, "malformedCandidate"],
        [`${HOST} ufrag a\nb`, "malformedCandidate"],
        ["candidate:1 1 udp", "malformedCandidate"],
        [HOST.replace("candidate:", ""), "malformedCandidate"],
        [`${HOST} ${"x ".repeat(100_000)}`, "malformedCandidate"],
    ])("%.60j is %s", (candidate, expected) => {
        const reading = readCandidate({ candidate });
        expect(reading.kind === "unusable" ? reading.fault : reading.kind).toBe(expected);
    });
});

describe("sorting candidates", () => {
    const current = { ufrag: "new1", mids: ["0", "1"], lineIndexes: [0] };
    const inbox = beginGeneration(beginGeneration(EMPTY_INBOX, { ...current, ufrag: "old1" }).inbox, current).inbox;

    const outcome = (sorted: Sorted): unknown => ({
        taken: sorted.inbox.taken.length,
        early: sorted.inbox.early.length,
        drops: sorted.drops,
    });

    test.each<[string, IceCandidate, object]>([
        ["of this description", { candidate: HOST, mid: "0", ufrag: "new1" }, { taken: 1 }],
        ["with an unknown mid and a matching index", { candidate: HOST, mid: "audio", lineIndex: 0 }, { taken: 1 }],
        [
            "with an unknown mid and another index",
            { candidate: HOST, mid: "x", lineIndex: 2 },
            { drops: ["foreignCandidate"] },
        ],
        ["that names its description within", { candidate: `${HOST} ufrag new1`, mid: "0" }, { taken: 1 }],
        ["that names none", { candidate: HOST, mid: "0" }, { taken: 1 }],
        ["of another section of the bundle", { candidate: HOST, mid: "1" }, { taken: 1 }],
        ["by its section's index", { candidate: HOST, lineIndex: 0 }, { taken: 1 }],
        ["of an older description", { candidate: HOST, mid: "0", ufrag: "old1" }, { drops: ["staleCandidate"] }],
        ["of an older description, within", { candidate: `${HOST} ufrag old1` }, { drops: ["staleCandidate"] }],
        ["of a description to come", { candidate: HOST, mid: "0", ufrag: "next" }, { early: 1 }],
        ["of another section", { candidate: HOST, mid: "5" }, { drops: ["foreignCandidate"] }],
        ["of another section by index", { candidate: HOST, lineIndex: 3 }, { drops: ["foreignCandidate"] }],
        ["that ends them", { candidate: "" }, {}],
        ["that is none", { candidate: "x" }, { drops: ["malformedCandidate"] }],
    ])("one %s", (_, candidate, expected) => {
        expect(outcome(sortCandidates(inbox, [candidate]))).toEqual({ taken: 0, early: 0, drops: [], ...expected });
    });

    test("those that came before their description are taken with it", () => {
        const early = sortCandidates(EMPTY_INBOX, [{ candidate: HOST }, { candidate: HOST, ufrag: "new1" }]);
        expect(outcome(early)).toEqual({ taken: 0, early: 2, drops: [] });
        expect(outcome(beginGeneration(early.inbox, current))).toEqual({ taken: 2, early: 0, drops: [] });
    });

    test("a description with the same fragment keeps them, a restart forgets them", () => {
        const { inbox: one } = sortCandidates(inbox, [{ candidate: HOST }]);
        expect(beginGeneration(one, current).inbox.taken).toHaveLength(1);
        expect(beginGeneration(one, { ...current, ufrag: "next" }).inbox.taken).toHaveLength(0);
    });

    test("neither kind grows without bound", () => {
        const flood = (ufrag: string): IceCandidate[] =>
            Array.from({ length: 150 }, () => ({ candidate: HOST, ufrag }));
        expect(sortCandidates(inbox, flood("new1"))).toMatchObject({
            inbox: { taken: { length: 100 } },
            drops: { length: 50 },
        });
        expect(sortCandidates(inbox, flood("next"))).toMatchObject({
            inbox: { early: { length: 100 } },
            drops: { length: 50 },
        });
    });
});
