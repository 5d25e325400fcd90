import { describe, expect, it } from "vitest";
import type { Sdp } from "../../../../lib/call/vocabulary.ts";
import { receiveNegotiation } from "../../../../lib/matrix/calls/negotiation.ts";

const sdp = "v=0" as Sdp;
const common = { kind: "negotiate", callId: "c", version: 1, partyId: "PHONE", lifetimeMs: 60_000, sdp } as const;
const offer = { ...common, description: "offer" } as const;
const answer = { ...common, description: "answer" } as const;

describe("a negotiation within a Matrix call", () => {
    it("reports an offer of the client", () => {
        expect(receiveNegotiation("none", offer, "bridge")).toEqual({
            state: "theirs",
            events: [{ kind: "offered", sdp }],
        });
    });

    it("reports the answer to an offer of the bridge, once", () => {
        expect(receiveNegotiation("ours", answer, "client")).toEqual({
            state: "none",
            events: [{ kind: "offerAnswered", sdp }],
        });
        expect(receiveNegotiation("none", answer, "client")).toMatchObject({ state: "none", ignored: "wrong_state" });
    });

    it("gives way to an offer of a client that placed the call, because it ignores the bridge's", () => {
        expect(receiveNegotiation("ours", offer, "bridge")).toEqual({
            state: "theirs",
            events: [
                { kind: "offerRejected", cause: "noCommonMedia" },
                { kind: "offered", sdp },
            ],
        });
    });

    it("ignores an offer of a client that received the call, because it answers the bridge's instead", () => {
        expect(receiveNegotiation("ours", offer, "client")).toEqual({
            state: "ours",
            events: [],
            ignored: "wrong_state",
        });
    });
});
