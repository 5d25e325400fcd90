import { beforeEach, describe, expect, it } from "vitest";
import type { DialVerdict } from "../../../../lib/numbering/DialPlan.ts";
import type { PhoneTarget } from "../../../../lib/ports/CallIntake.ts";
import { HomeserverError } from "../../../../lib/matrix/homeserver/HomeserverError.ts";
import { alice, bobsGhost, CallsWorld, mallory, RING_MS } from "../../../support/matrix/CallsWorld.ts";
import { browserDescription } from "../../../support/matrix/descriptions.ts";

const sdp = browserDescription();
let world: CallsWorld;

beforeEach(() => {
    world = new CallsWorld();
});

function theCall(at = 0) {
    const call = world.intake.calls[at];
    if (call === undefined) throw new Error("no call was handed in");
    return { ...call, leg: call.request.origin };
}

describe("an invite", () => {
    it("becomes a call of the room's ghost", async () => {
        const room = await world.chat();
        world.invite(room, "c1");
        await world.settle();
        expect(world.intake.calls).toHaveLength(1);
        expect(theCall().request).toMatchObject({
            originMedia: "webrtc",
            offer: sdp,
            target: {
                network: "sip",
                media: "rtp",
                callee: { kind: "number", number: "+442071838750" },
                caller: alice,
                trunks: ["carrier"],
            },
            policy: { ringMs: RING_MS },
        });
    });

    describe("for phones that are registered with us", () => {
        const phone = (account: string): PhoneTarget => ({
            network: "phone",
            media: "webrtc",
            account,
            contact: `sip:${account}@192.0.2.7`,
            nextHop: "sip:192.0.2.7:5060",
            caller: { kind: "anonymous" },
        });

        async function call(phones: readonly PhoneTarget[], whoMayDial: () => DialVerdict) {
            world = new CallsWorld({
                phoneBook: { phonesMeantBy: () => phones },
                dialPlan: { whoMayDial, isDialable: () => true },
            });
            const room = await world.chat();
            world.invite(room, "c1");
            await world.settle();
            return room;
        }

        it("rings them all, with or without a trunk", async () => {
            await call([phone("hall"), phone("browser")], () => ({ kind: "noTrunk" }));
            expect(theCall().request).toMatchObject({ target: phone("hall"), alsoRing: [phone("browser")] });
        });

        it("is refused where the caller may not dial them", async () => {
            await call([phone("hall")], () => ({ kind: "forbidden" }));
            expect(world.intake.calls).toEqual([]);
        });

        it("is refused where none is registered now, whatever trunk there is", async () => {
            const room = await call([], () => ({ kind: "allowed", trunks: ["carrier"] }));
            expect(world.intake.calls).toEqual([]);
            expect(world.said(room, "m.call.reject")).toHaveLength(1);
        });
    });

    it("is for the ghost it names", async () => {
        const room = await world.chat();
        world.invite(room, "c1", { invitee: "@sip_2001:matrix.example" });
        await world.settle();
        expect(theCall().request.target).toMatchObject({ callee: { number: "2001" } });
    });

    it("waits for a ghost who is still joining, with what its caller says meanwhile", async () => {
        world.homeserver.tellEverything();
        const room = world.homeserver.makeRoomOf(alice, bobsGhost);
        world.invite(room, "early");
        world.say(alice, room, "early", "candidates", { candidates: [{ candidate: "candidate:1" }] });
        await world.settle();
        expect(world.intake.calls).toHaveLength(1);
        expect(theCall().facts).toEqual([{ kind: "candidates", candidates: [{ candidate: "candidate:1" }] }]);
    });

    it("is no call any more when its caller gave up before the ghost had joined", async () => {
        world.homeserver.tellEverything();
        const room = world.homeserver.makeRoomOf(alice, bobsGhost);
        world.invite(room, "early");
        world.say(alice, room, "early", "hangup");
        await world.settle();
        expect(world.intake.calls).toEqual([]);
        expect(world.calls.registry.size).toBe(0);
    });

    it.each([
        ["that is too old", () => ({ age: RING_MS - 2_999 }), {}, "stale"],
        ["for somebody else", () => ({ age: 0 }), { invitee: mallory }, "otherInvitee"],
        ["that names a ghost of no number", () => ({ age: 0 }), { invitee: "@sip_:matrix.example" }, "otherInvitee"],
        ["without a description", () => ({ age: 0 }), { offer: {} }, "badContent"],
    ])("is dropped %s", async (_what, unsigned, more, reason) => {
        const room = await world.chat();
        world.calls.gateway.onEvent({
            event_id: "$x",
            type: "m.call.invite",
            room_id: room,
            sender: alice,
            origin_server_ts: 0,
            unsigned: unsigned(),
            content: { call_id: "c", version: "1", party_id: "P", lifetime: RING_MS, offer: { sdp }, ...more },
        });
        await world.settle();
        expect(world.telemetry.counted).toEqual([`dropped from matrix: ${reason}`]);
        expect(world.intake.calls).toEqual([]);
    });

    it("is dropped in a room that is not ours", async () => {
        const room = await world.chat();
        await world.directory.forgetRoom(room);
        world.invite(room, "c1");
        await world.settle();
        expect(world.telemetry.counted).toEqual(["dropped from matrix: unknownRoom"]);
        expect(world.calls.registry.size).toBe(0);
    });

    it("makes one call, however often it is delivered, also when the call is over", async () => {
        const room = await world.chat();
        world.invite(room, "c1");
        await world.settle();
        const [event] = world.homeserver.eventsIn(room, "m.call.invite");
        world.calls.gateway.onEvent(event);
        await theCall().leg.end("busy");
        world.calls.gateway.onEvent({ ...event, event_id: "$again" });
        await world.settle();
        expect(world.intake.calls).toHaveLength(1);
        expect(world.telemetry.counted).toEqual(["dropped from matrix: repeated", "dropped from matrix: callIsOver"]);
    });
});

describe("the caller", () => {
    it("is answered, with the end of candidates after it", async () => {
        const room = await world.chat();
        world.invite(room, "c1");
        await world.settle();
        await theCall().leg.ring();
        await theCall().leg.accept(sdp);
        const [said] = world.said(room, "m.call.answer");
        expect(said).toMatchObject({ call_id: "c1", version: "1", answer: { type: "answer", sdp } });
        expect(world.homeserver.asked.slice(-2)).toEqual(["send m.call.answer", "send m.call.candidates"]);
        world.say(alice, room, "c1", "select_answer", { selected_party_id: said?.["party_id"] });
        await world.settle();
        expect(theCall().facts).toEqual([]);
        await theCall().leg.end("hungUp");
        expect(world.said(room, "m.call.hangup")).toMatchObject([
            { call_id: "c1", reason: "user_hangup", party_id: said?.["party_id"] },
        ]);
        expect(world.notices(room)).toEqual([]);
    });

    it("is spoken to in version 0 by a client that speaks it", async () => {
        const room = await world.chat();
        const content = { call_id: "old", version: 0, lifetime: RING_MS, offer: { type: "offer", sdp } };
        world.homeserver.sendAs(alice, room, "m.call.invite", content);
        await world.settle();
        await theCall().leg.end("busy");
        expect(world.said(room, "m.call.reject")).toEqual([]);
        expect(world.said(room, "m.call.hangup")).toEqual([{ call_id: "old", version: 0, reason: "user_busy" }]);
    });

    it("hears why a call failed, once, in the event and in words", async () => {
        const room = await world.chat();
        world.invite(room, "c1");
        await world.settle();
        await theCall().leg.end("busy");
        await theCall().leg.end("busy");
        expect(world.said(room, "m.call.reject")).toMatchObject([{ reason: "user_busy" }]);
        expect(world.said(room, "m.call.hangup")).toEqual([]);
        expect(world.notices(room)).toEqual(["The line is busy."]);
        expect(world.calls.registry.size).toBe(0);
    });

    it("gives up, answers elsewhere, or leaves: each ends the call without a word back", async () => {
        for (const [callId, leaves, cause] of [
            ["c1", (room: never) => world.say(alice, room, "c1", "hangup"), "cancelled"],
            [
                "c2",
                (room: never) => world.say(alice, room, "c2", "select_answer", { selected_party_id: "other" }),
                "answeredElsewhere",
            ],
            ["c3", (room: never) => world.homeserver.leaveAs(alice, room), "cancelled"],
        ] as const) {
            const room = await world.chat();
            world.invite(room, callId);
            await world.settle();
            leaves(room as never);
            await world.settle();
            const call = theCall(world.intake.calls.length - 1);
            expect(call.facts).toEqual([{ kind: "ended", cause }]);
            await call.leg.end(cause);
            expect(world.said(room, "m.call.reject")).toEqual([]);
        }
    });

    it("who hangs up while we answer is not told that candidates have ended", async () => {
        const room = await world.chat();
        world.invite(room, "c1");
        await world.settle();
        world.say(alice, room, "c1", "hangup");
        await theCall().leg.accept(sdp);
        await world.settle();
        expect(world.said(room, "m.call.candidates")).toEqual([]);
        expect(theCall().facts).toEqual([{ kind: "ended", cause: "hungUp" }]);
    });
});

describe("a refusal", () => {
    it.each([
        [{ kind: "forbidden" }, "You are not allowed to call this number."],
        [{ kind: "noTrunk" }, "No route to this number is set up."],
    ] as const)("rings nowhere and says why: %j", async (verdict: DialVerdict, notice) => {
        world = new CallsWorld({ dialPlan: { whoMayDial: () => verdict, isDialable: () => false } });
        const room = await world.chat();
        world.invite(room, "c1");
        await world.settle();
        expect(world.intake.calls).toEqual([]);
        expect(world.said(room, "m.call.reject")).toHaveLength(1);
        expect(world.notices(room)).toEqual([notice]);
        expect(world.calls.registry.size).toBe(0);
    });

    it("of the desk is told too", async () => {
        world.intake.refuseWith("serviceUnavailable");
        const room = await world.chat();
        world.invite(room, "c1");
        await world.settle();
        expect(world.notices(room)).toEqual(["Calls are not possible at the moment. Try again later."]);
    });

    it("that cannot be sent leaves nothing behind", async () => {
        world.intake.refuseWith("serviceUnavailable");
        const room = await world.chat();
        world.homeserver.failOnce("send", new HomeserverError("no answer", {}));
        world.invite(room, "c1");
        await world.settle();
        expect(world.calls.registry.size).toBe(0);
        expect(world.log.lines).toEqual(["warn: call from Matrix not taken"]);
    });
});

describe("two calls in one room", () => {
    it("ours gives way to the user's own", async () => {
        const ours = await world.ringing();
        world.invite(ours.room, "hers");
        await world.settle();
        expect(ours.facts.at(-1)).toEqual({ kind: "ended", cause: "replaced" });
        expect(world.said(ours.room, "m.call.hangup")).toMatchObject([{ call_id: ours.callId, reason: "replaced" }]);
        expect(world.intake.calls).toHaveLength(1);
        expect(world.calls.registry.inRoom(ours.room)).toHaveLength(1);
    });

    it("a second one of the user is busy", async () => {
        const room = await world.chat();
        world.invite(room, "c1");
        world.invite(room, "c2");
        await world.settle();
        expect(world.intake.calls).toHaveLength(1);
        expect(world.said(room, "m.call.reject")).toMatchObject([{ call_id: "c2", reason: "user_busy" }]);
    });

    it("one from SIP is busy while the user calls", async () => {
        const room = await world.chat();
        world.invite(room, "c1");
        await world.settle();
        await expect(world.dial().leg.offer(sdp)).rejects.toMatchObject({ endCause: "busy" });
        expect(world.said(room, "m.call.invite")).toEqual([]);
    });
});

it.each([
    ["no event", undefined],
    ["null", null],
    ["no sender", { event_id: "$1", type: "m.call.invite", room_id: "!r:x", content: {}, origin_server_ts: 1 }],
    [
        "a sender who is none",
        { event_id: "$1", type: "m.call.invite", room_id: "!r:x", sender: "alice", content: {}, origin_server_ts: 1 },
    ],
])("drops %s", (_what, event) => {
    world.calls.gateway.onEvent(event);
    expect(world.telemetry.counted).toEqual(["dropped from matrix: badEvent"]);
});

it("remembers no more calls than it must", async () => {
    const room = await world.chat();
    world.invite(room, "c1");
    await world.settle();
    await theCall().leg.end("busy");
    const [event] = world.homeserver.eventsIn(room, "m.call.invite");
    world.clock.advance(9 * 60_000);
    world.calls.gateway.onEvent({ ...event, event_id: "$late", unsigned: { age: 0 } });
    expect(world.telemetry.counted).toEqual(["dropped from matrix: callIsOver"]);
    world.clock.advance(2 * 60_000);
    world.calls.gateway.onEvent({ ...event, event_id: "$later", unsigned: { age: 0 } });
    await world.settle();
    expect(world.intake.calls).toHaveLength(2);
});
