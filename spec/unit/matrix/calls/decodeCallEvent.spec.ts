import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeCallEvent, type CallEventType } from "../../../../lib/matrix/calls/decodeCallEvent.ts";
import { browserDescription } from "../../../support/matrix/descriptions.ts";

const sdp = browserDescription();
const v1 = { call_id: "c1", version: "1", party_id: "DEVICE" };
const common = { callId: "c1", version: 1, partyId: "DEVICE" };
const offer = { type: "offer", sdp };

function decode(type: string, content: unknown) {
    return decodeCallEvent(`m.call.${type}` as CallEventType, content);
}

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
        expect(decode(type, content)).toEqual({ message });
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

describe("an optional field of a call event", () => {
    const invite = { kind: "invite", ...common, sdp, lifetimeMs: 60_000 };
    const hangup = { kind: "hangup", ...common };
    it.each(["", null, undefined, 17, {}, [], false])("is treated as absent if it is %j", (odd) => {
        const content = { ...v1, offer: { type: odd, sdp }, invitee: odd, capabilities: odd, sdp_stream_metadata: odd };
        expect(decode("invite", content)).toEqual({ message: invite });
        expect(decode("hangup", { ...v1, reason: odd })).toEqual({ message: hangup });
        const { partyId: _, ...withoutParty } = hangup;
        expect(decode("hangup", { ...v1, party_id: odd })).toEqual({ message: withoutParty });
        const entry = { candidate: "candidate:1", sdpMLineIndex: 0, sdpMid: odd, usernameFragment: odd };
        expect(decode("candidates", { ...v1, candidates: [entry] })).toEqual({
            message: { kind: "candidates", ...common, candidates: [{ candidate: "candidate:1", lineIndex: 0 }] },
        });
    });

    it.each(["", null, undefined, "60000", -1, 0, Number.NaN, {}])("a lifetime of %j is the default", (lifetime) => {
        expect(decode("invite", { ...v1, offer, lifetime })).toEqual({ message: invite });
    });

    it.each(["bob", "@bob", "@x:"])("an invitee %j that is not a user ID is ignored", (invitee) => {
        expect(decode("invite", { ...v1, offer, invitee })).toEqual({ message: invite });
    });

    it("a hangup needs only its call ID", () => {
        expect(decode("hangup", { call_id: "c1" })).toEqual({ message: { kind: "hangup", callId: "c1", version: 1 } });
        expect(decode("reject", { call_id: "c1", reason: "x".repeat(2_000) })).toEqual({
            message: { kind: "reject", callId: "c1", version: 1 },
        });
    });
});

describe("a list of candidates", () => {
    const good = { sdpMid: "0", sdpMLineIndex: 0, candidate: "candidate:1" };
    const decoded = { mid: "0", lineIndex: 0, candidate: "candidate:1" };
    it.each([
        ["null", null],
        ["an empty object", {}],
        ["a candidate that is null", { sdpMid: "0", sdpMLineIndex: 0, candidate: null }],
        ["a candidate that is too long", { candidate: "x".repeat(2_000) }],
        ["text", "candidate:1"],
    ])("keeps the valid entries around %s", (_what, bad) => {
        expect(decode("candidates", { ...v1, candidates: [good, bad, good] })).toEqual({
            message: { kind: "candidates", ...common, candidates: [decoded, decoded] },
        });
    });

    it.each([
        ["0", { lineIndex: 0 }],
        ["x", {}],
        [-1, {}],
        [0.5, {}],
    ])("reads the line index %j", (sdpMLineIndex, expected) => {
        const candidates = [{ candidate: "candidate:1", sdpMLineIndex }];
        expect(decode("candidates", { ...v1, candidates })).toEqual({
            message: { kind: "candidates", ...common, candidates: [{ candidate: "candidate:1", ...expected }] },
        });
    });

    it("keeps the first 100 of 150 entries", () => {
        const candidates = Array.from({ length: 150 }, () => good);
        expect(decode("candidates", { ...v1, candidates })).toMatchObject({
            message: { candidates: Array.from({ length: 100 }, () => decoded) },
        });
    });
});

describe("an undecodable call event", () => {
    it.each([
        ["invite", { ...v1 }, "bad_content", /offer/],
        ["invite", { ...v1, offer: null }, "bad_content", /offer/],
        ["invite", { ...v1, offer: { sdp: 1 } }, "bad_content", /offer\.sdp/],
        ["invite", { ...v1, call_id: "", offer }, "bad_content", /call_id/],
        ["invite", { ...v1, call_id: "c".repeat(256), offer }, "bad_content", /call_id/],
        ["invite", { ...v1, call_id: { toString: "c" }, offer }, "bad_content", /call_id/],
        ["invite", { ...v1, offer: { sdp: "" } }, "bad_description", /description/],
        ["invite", { ...v1, offer: { sdp: "v=0\r\ns=-\r\n" } }, "bad_description", /description/],
        ["invite", { ...v1, offer: { sdp: sdp + "a=x:1\r\n".repeat(3_000) } }, "bad_description", /description/],
        ["invite", { ...v1, offer: { sdp: sdp + "a=x\r\n".repeat(30_000) } }, "bad_content", /offer\.sdp/],
        ["answer", { ...v1, answer: "yes" }, "bad_content", /answer/],
        ["candidates", { ...v1, candidates: {} }, "bad_content", /candidates/],
        ["candidates", { ...v1, candidates: [{}, null] }, "bad_content", /no valid entry/],
        ["select_answer", v1, "bad_content", /selected_party_id/],
        ["negotiate", { ...v1, description: { type: "rollback", sdp } }, "bad_content", /description\.type/],
    ])("m.call.%s %#", (type, content, failure, detail) => {
        expect(decode(type, content)).toMatchObject({ failure, detail: expect.stringMatching(detail) as string });
    });

    it("returns the fields that a rejection needs", () => {
        const invitee = "@sip_1:matrix.example";
        expect(decode("invite", { ...v1, offer: { sdp: "" }, invitee })).toMatchObject({
            common: { ...common, invitee },
        });
        expect(decode("invite", { offer })).not.toHaveProperty("common");
    });

    it("never throws, for any content", () => {
        const types = fc.constantFrom("invite", "answer", "candidates", "hangup", "negotiate", "select_answer");
        fc.assert(
            fc.property(types, fc.anything({ withNullPrototype: true }), (type, content) => {
                expect(decode(type, content)).toHaveProperty("failure");
            }),
        );
    });
});
