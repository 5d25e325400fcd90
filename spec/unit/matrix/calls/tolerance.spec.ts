import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { decodeCallEvent, type CallEventType } from "../../../../lib/matrix/calls/decodeCallEvent.ts";
import { alice, CallsWorld, RING_MS } from "../../../support/matrix/CallsWorld.ts";
import { browserDescription } from "../../../support/matrix/descriptions.ts";

const sdp = browserDescription();
const v1 = { call_id: "c1", version: "1", party_id: "PHONE" };
const good = { candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: 0 };

/** Valid content of each type. */
const VALID: Readonly<Record<CallEventType, Readonly<Record<string, unknown>>>> = {
    "m.call.invite": { ...v1, lifetime: RING_MS, offer: { type: "offer", sdp } },
    "m.call.candidates": { ...v1, candidates: [good] },
    "m.call.answer": { ...v1, answer: { type: "answer", sdp } },
    "m.call.select_answer": { ...v1, selected_party_id: "PHONE" },
    "m.call.reject": v1,
    "m.call.hangup": { ...v1, reason: "user_hangup" },
    "m.call.negotiate": { ...v1, description: { type: "offer", sdp }, lifetime: RING_MS },
    "m.call.replaces": { ...v1, target_user: { id: "@bob:matrix.example" }, create_call: "c2" },
};

/** Fields that the bridge does not use, or that clients send with odd values: anything that JSON can hold. */
const unused = fc.constantFrom(
    ...[
        "capabilities",
        "sdp_stream_metadata",
        "org.matrix.msc3077.sdp_stream_metadata",
        "dest_session_id",
        "device_id",
    ],
    ...[
        "sender_session_id",
        "seq",
        "m.relates_to",
        "m.mentions",
        "msgtype",
        "body",
        "opponent",
        "answerer",
        "x".repeat(300),
    ],
);
const oddField = fc
    .tuple(unused, fc.jsonValue())
    // an edit is the one relation that has a meaning
    .filter(([, value]) => !JSON.stringify(value).includes("rel_type"));
const notText = fc.oneof(
    fc.constantFrom(null, "", undefined),
    fc.integer(),
    fc.boolean(),
    fc.dictionary(fc.string(), fc.string()),
);

describe("an odd but unused part", () => {
    it("does not change what a call event of any type means", () => {
        const types = fc.constantFrom(...(Object.keys(VALID) as CallEventType[]));
        fc.assert(
            fc.property(types, fc.array(oddField, { maxLength: 4 }), (type, odd) => {
                const plain = decodeCallEvent(type, VALID[type]);
                expect(plain).toHaveProperty("message");
                expect(decodeCallEvent(type, { ...VALID[type], ...Object.fromEntries(odd) })).toEqual(plain);
            }),
            { numRuns: 2_000 },
        );
    });

    it("does not discard the valid candidates of a list", () => {
        const plain = decodeCallEvent("m.call.candidates", VALID["m.call.candidates"]);
        const bad = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('"candidate"'));
        fc.assert(
            fc.property(fc.array(bad, { maxLength: 5 }), fc.array(bad, { maxLength: 5 }), (before, after) => {
                const candidates = [...before, good, ...after];
                expect(decodeCallEvent("m.call.candidates", { ...v1, candidates })).toEqual(plain);
            }),
            { numRuns: 2_000 },
        );
    });

    it("does not discard an ending", () => {
        fc.assert(
            fc.property(notText, notText, fc.jsonValue(), (reason, partyId, version) => {
                const content = { call_id: "c1", reason, party_id: partyId, version };
                const decoded = decodeCallEvent("m.call.hangup", content);
                expect(decoded).toMatchObject({ message: { kind: "hangup", callId: "c1" } });
            }),
        );
    });
});

describe("an odd but unused part of an event", () => {
    let world: CallsWorld;

    beforeEach(() => {
        world = new CallsWorld();
    });

    it("does not prevent a call", async () => {
        const room = await world.directRoom();
        const fields = fc.constantFrom(
            "unsigned",
            "user_id",
            "age",
            "prev_content",
            "redacts",
            "origin_server_ts",
            "auth_events",
        );
        let calls = 0;
        await fc.assert(
            fc.asyncProperty(
                fields,
                fc.jsonValue(),
                fc.array(oddField, { maxLength: 2 }),
                async (field, value, odd) => {
                    calls += 1;
                    world.calls.router.onEvent({
                        event_id: `$odd${calls}`,
                        type: "m.call.invite",
                        room_id: room,
                        sender: alice,
                        content: { ...VALID["m.call.invite"], ...Object.fromEntries(odd), call_id: `odd${calls}` },
                        // an age of its own server would count
                        [field]: field === "unsigned" || field === "origin_server_ts" ? { odd: value } : value,
                    });
                    await world.settle();
                    const call = world.intake.calls[calls - 1];
                    expect(call).toBeDefined();
                    await call?.request.origin.end("busy");
                },
            ),
            { numRuns: 200 },
        );
    });
});
