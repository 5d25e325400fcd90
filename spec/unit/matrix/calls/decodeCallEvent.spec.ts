import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeCallEvent } from "../../../../lib/matrix/calls/decodeCallEvent.ts";
import { browserDescription } from "../../../support/matrix/descriptions.ts";

const sdp = browserDescription();
const v1 = { call_id: "c1", version: "1", party_id: "DEVICE" };
const common = { callId: "c1", version: 1, partyId: "DEVICE" };
const offer = { type: "offer", sdp };

describe("a valid call event", () => {
    it.each([
        [
            "invite",
            { ...v1, offer, lifetime: 90_000, invitee: "@sip_1:matrix.example" },
            { kind: "invite", ...common, sdp, lifetimeMs: 90_000, invitee: "@sip_1:matrix.example" },
        ],
        ["invite", { ...v1, offer }, { kind: "invite", ...common, sdp, lifetimeMs: 60_000 }],
        ["invite", { ...v1, offer, lifetime: 1e12 }, { kind: "invite", ...common, sdp, lifetimeMs: 600_000 }],
        ["answer", { ...v1, answer: { type: "answer", sdp } }, { kind: "answer", ...common, sdp }],
        ["select_answer", { ...v1, selected_party_id: "X" }, { kind: "selectAnswer", ...common, selectedPartyId: "X" }],
        ["reject", v1, { kind: "reject", ...common }],
        ["hangup", { ...v1, reason: "user_busy" }, { kind: "hangup", ...common, reason: "user_busy" }],
        [
            "negotiate",
            { ...v1, description: { type: "offer", sdp }, lifetime: 10_000 },
            { kind: "negotiate", ...common, description: "offer", sdp, lifetimeMs: 10_000 },
        ],
        [
            "candidates",
            {
                ...v1,
                candidates: [
                    { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0, usernameFragment: "abcd" },
                    { candidate: "candidate:2", sdpMid: null },
                    { candidate: "" },
                ],
            },
            {
                kind: "candidates",
                ...common,
                candidates: [
                    { candidate: "candidate:1", mid: "0", lineIndex: 0, ufrag: "abcd" },
                    { candidate: "candidate:2" },
                    { candidate: "" },
                ],
            },
        ],
    ])("m.call.%s", (type, content, message) => {
        expect(decodeCallEvent(`m.call.${type}`, content)).toEqual({ message });
    });

    it.each([
        [0, { version: 0 }],
        ["0", { version: 1, partyId: "DEVICE" }],
        [1, { version: 1, partyId: "DEVICE" }],
        ["2", { version: 1, partyId: "DEVICE" }],
        [undefined, { version: 1, partyId: "DEVICE" }],
    ])("decodes version %j as the specification defines it", (version, expected) => {
        expect(decodeCallEvent("m.call.reject", { ...v1, version })).toEqual({
            message: { kind: "reject", callId: "c1", ...expected },
        });
    });
});

describe("an invalid call event", () => {
    const long = "x".repeat(2_000);
    it.each([
        ["invite", { ...v1 }, "badContent"],
        ["invite", { ...v1, offer: { sdp: 1 } }, "badContent"],
        ["invite", { ...v1, offer, lifetime: "60000" }, "badContent"],
        ["invite", { ...v1, offer, lifetime: -1 }, "badContent"],
        ["invite", { ...v1, offer, invitee: "nobody" }, "badContent"],
        ["invite", { ...v1, call_id: "", offer }, "badContent"],
        ["invite", { ...v1, call_id: "c".repeat(256), offer }, "badContent"],
        ["invite", { ...v1, call_id: { toString: "c" }, offer }, "badContent"],
        ["invite", { ...v1, offer: { sdp: "" } }, "badDescription"],
        ["invite", { ...v1, offer: { sdp: "v=0\r\ns=-\r\n" } }, "badDescription"],
        ["invite", { ...v1, offer: { sdp: `${sdp}not a line\r\n` } }, "badDescription"],
        ["invite", { ...v1, offer: { sdp: sdp + "a=x\r\n".repeat(3_000) } }, "badDescription"],
        ["invite", { ...v1, offer: { sdp: sdp + "a=x\r\n".repeat(30_000) } }, "badContent"],
        ["answer", { ...v1, answer: "yes" }, "badContent"],
        ["candidates", { ...v1, candidates: {} }, "badContent"],
        ["candidates", { ...v1, candidates: [{}] }, "badContent"],
        ["candidates", { ...v1, candidates: [{ candidate: long }] }, "badContent"],
        ["candidates", { ...v1, candidates: [{ candidate: "", sdpMLineIndex: 0.5 }] }, "badContent"],
        ["candidates", { ...v1, candidates: Array.from({ length: 101 }, () => ({ candidate: "" })) }, "badContent"],
        ["select_answer", v1, "badContent"],
        ["hangup", { ...v1, reason: long }, "badContent"],
        ["negotiate", { ...v1, description: { type: "rollback", sdp } }, "badContent"],
        ["replaces", v1, "unknownType"],
    ])("m.call.%s %#", (type, content, failure) => {
        expect(decodeCallEvent(`m.call.${type}`, content)).toEqual({ failure });
    });

    it("never throws, for any content", () => {
        const types = fc.constantFrom("invite", "answer", "candidates", "hangup", "negotiate", "select_answer", "x");
        fc.assert(
            fc.property(types, fc.anything({ withNullPrototype: true }), (type, content) => {
                expect(decodeCallEvent(`m.call.${type}`, content)).toHaveProperty("failure");
            }),
        );
    });
});
