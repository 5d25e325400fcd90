import { beforeEach, describe, expect, it } from "vitest";
import type { DialPlan } from "../../../../lib/numbering/DialPlan.ts";
import type { PhoneTarget } from "../../../../lib/ports/CallTarget.ts";
import { HomeserverError } from "../../../../lib/matrix/homeserver/HomeserverError.ts";
import { alice, bobsGhost, CallsWorld, mallory, RING_MS } from "../../../support/matrix/CallsWorld.ts";
import { allowedBy, noTrunkFor } from "../../../support/dialling.ts";
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
    it("opens a call to the number of the room's ghost", async () => {
        const room = await world.directRoom();
        world.invite(room, "c1");
        await world.settle();
        expect(world.intake.calls).toHaveLength(1);
        const [callee, forMs] = [{ kind: "number", number: "+442071838750" }, RING_MS];
        expect(theCall().request).toMatchObject({
            originMedia: "webrtc",
            offer: sdp,
            ring: [{ targets: [{ network: "sip", media: "rtp", callee, caller: alice, trunks: ["carrier"] }], forMs }],
        });
    });

    it("rings no longer than 5 s after its lifetime, because a client that is there has ended its call by then", async () => {
        world.invite(await world.directRoom(), "c1", { lifetime: 30_000 });
        await world.settle();
        expect(theCall().request).toMatchObject({ ring: [{ forMs: 35_000 }] });
    });

    describe("to registered phones", () => {
        const phone = (account: string): PhoneTarget => ({
            network: "phone",
            media: "webrtc",
            account,
            contact: `sip:${account}@192.0.2.7`,
            nextHop: "sip:192.0.2.7:5060",
            caller: { kind: "anonymous" },
        });

        async function call(phones: readonly PhoneTarget[], whoMayDial: DialPlan["whoMayDial"]) {
            world = new CallsWorld({
                phoneBook: { phonesMeantBy: () => phones },
                dialPlan: { whoMayDial, isDialable: () => true, hasRule: () => true },
            });
            const room = await world.directRoom();
            world.invite(room, "c1");
            await world.settle();
            return room;
        }

        it("rings all of them, with or without a trunk", async () => {
            await call([phone("hall"), phone("browser")], noTrunkFor);
            expect(theCall().request).toMatchObject({ ring: [{ targets: [phone("hall"), phone("browser")] }] });
        });

        it("is rejected when no rule allows the caller to dial them", async () => {
            await call([phone("hall")], () => ({ kind: "forbidden" }));
            expect(world.intake.calls).toEqual([]);
        });

        it("is rejected when none is registered, even if a trunk serves the number", async () => {
            const room = await call([], allowedBy("carrier"));
            expect(world.intake.calls).toEqual([]);
            expect(world.sentByBridge(room, "m.call.reject")).toHaveLength(1);
        });
    });

    it("calls the number of the ghost named as invitee", async () => {
        const room = await world.directRoom();
        world.invite(room, "c1", { invitee: "@sip_2001:matrix.example" });
        await world.settle();
        expect(theCall().request.ring[0].targets[0]).toMatchObject({ callee: { number: "2001" } });
    });

    it("waits for a ghost that is joining, and keeps the caller's candidates meanwhile", async () => {
        world.homeserver.sendEverything();
        const room = world.homeserver.createRoomOf(alice, bobsGhost);
        world.invite(room, "early");
        world.sendCallEvent(alice, room, "early", "candidates", { candidates: [{ candidate: "candidate:1" }] });
        await world.settle();
        expect(world.intake.calls).toHaveLength(1);
        expect(theCall().facts).toEqual([{ kind: "candidates", candidates: [{ candidate: "candidate:1" }] }]);
    });

    it("opens no call when the caller hangs up before the ghost has joined", async () => {
        world.homeserver.sendEverything();
        const room = world.homeserver.createRoomOf(alice, bobsGhost);
        world.invite(room, "early");
        world.sendCallEvent(alice, room, "early", "hangup");
        await world.settle();
        expect(world.intake.calls).toEqual([]);
        expect(world.calls.registry.size).toBe(0);
    });

    it.each([
        ["expired", () => ({ age: RING_MS - 2_999 }), {}, "expired"],
        ["other invitee", () => ({ age: 0 }), { invitee: mallory }, "other_invitee"],
        ["invitee is not a valid ghost", () => ({ age: 0 }), { invitee: "@sip_:matrix.example" }, "other_invitee"],
        ["no description", () => ({ age: 0 }), { offer: {} }, "bad_content"],
    ])("is dropped: %s", async (_what, unsigned, more, reason) => {
        const room = await world.directRoom();
        world.calls.router.onEvent({
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

    it("is dropped in a room that has no ghost", async () => {
        const room = await world.directRoom();
        await world.directory.forgetRoom(room);
        world.invite(room, "c1");
        await world.settle();
        expect(world.telemetry.counted).toEqual(["dropped from matrix: unknown_room"]);
        expect(world.calls.registry.size).toBe(0);
    });

    it("opens one call when it is delivered again, even after the call has ended", async () => {
        const room = await world.directRoom();
        world.invite(room, "c1");
        await world.settle();
        const [event] = world.homeserver.eventsIn(room, "m.call.invite");
        world.calls.router.onEvent(event);
        await theCall().leg.end("busy");
        world.calls.router.onEvent({ ...event, event_id: "$again" });
        await world.settle();
        expect(world.intake.calls).toHaveLength(1);
        expect(world.telemetry.counted).toEqual(["dropped from matrix: repeated", "dropped from matrix: call_ended"]);
    });
});

describe("the caller", () => {
    it("receives m.call.answer", async () => {
        const room = await world.directRoom();
        world.invite(room, "c1");
        await world.settle();
        await theCall().leg.ring();
        await theCall().leg.accept(sdp);
        const [said] = world.sentByBridge(room, "m.call.answer");
        expect(said).toMatchObject({ call_id: "c1", version: "1", answer: { type: "answer", sdp } });
        expect(world.homeserver.requests.at(-1)).toBe("send m.call.answer");
        world.sendCallEvent(alice, room, "c1", "select_answer", { selected_party_id: said?.["party_id"] });
        await world.settle();
        expect(theCall().facts).toEqual([]);
        await theCall().leg.end("hungUp");
        expect(world.sentByBridge(room, "m.call.hangup")).toMatchObject([
            { call_id: "c1", reason: "user_hangup", party_id: said?.["party_id"] },
        ]);
        expect(world.notices(room)).toEqual([]);
    });

    it("receives version 0 events if the invite had version 0", async () => {
        const room = await world.directRoom();
        const content = { call_id: "old", version: 0, lifetime: RING_MS, offer: { type: "offer", sdp } };
        world.homeserver.sendAs(alice, room, "m.call.invite", content);
        await world.settle();
        await theCall().leg.end("busy");
        expect(world.sentByBridge(room, "m.call.reject")).toEqual([]);
        expect(world.sentByBridge(room, "m.call.hangup")).toEqual([
            { call_id: "old", version: 0, reason: "user_busy" },
        ]);
    });

    it("receives the reason of a failed call once, in the event and as a notice", async () => {
        const room = await world.directRoom();
        world.invite(room, "c1");
        await world.settle();
        await theCall().leg.end("busy");
        await theCall().leg.end("busy");
        expect(world.sentByBridge(room, "m.call.reject")).toMatchObject([{ reason: "user_busy" }]);
        expect(world.sentByBridge(room, "m.call.hangup")).toEqual([]);
        expect(world.notices(room)).toEqual(["The line is busy. Try again later."]);
        expect(world.calls.registry.size).toBe(0);
    });

    it("ends the call by hanging up, selecting another answer, or leaving, and receives no event for it", async () => {
        for (const [callId, leaves, cause] of [
            ["c1", (room: never) => world.sendCallEvent(alice, room, "c1", "hangup"), "cancelled"],
            [
                "c2",
                (room: never) =>
                    world.sendCallEvent(alice, room, "c2", "select_answer", { selected_party_id: "other" }),
                "answeredElsewhere",
            ],
            ["c3", (room: never) => world.homeserver.leaveAs(alice, room), "cancelled"],
        ] as const) {
            const room = await world.directRoom();
            world.invite(room, callId);
            await world.settle();
            leaves(room as never);
            await world.settle();
            const call = theCall(world.intake.calls.length - 1);
            expect(call.facts).toEqual([{ kind: "ended", cause }]);
            await call.leg.end(cause);
            expect(world.sentByBridge(room, "m.call.reject")).toEqual([]);
        }
    });
});

describe("a rejected call", () => {
    it.each([
        [
            "forbidden",
            () => ({ kind: "forbidden" }) as const,
            "You aren't allowed to call this number. Please contact your administrator.",
        ],
        ["no trunk", noTrunkFor, "This number can't be called from here. Please contact your administrator."],
    ])("rings nothing and sends a notice with the reason: %s", async (_reason, whoMayDial, notice) => {
        world = new CallsWorld({ dialPlan: { whoMayDial, isDialable: () => false, hasRule: () => true } });
        const room = await world.directRoom();
        world.invite(room, "c1");
        await world.settle();
        expect(world.intake.calls).toEqual([]);
        expect(world.sentByBridge(room, "m.call.reject")).toHaveLength(1);
        expect(world.notices(room)).toEqual([notice]);
        expect(world.calls.registry.size).toBe(0);
    });

    it("sends a notice when the desk rejects the call", async () => {
        world.intake.refuseWith("serviceUnavailable");
        const room = await world.directRoom();
        world.invite(room, "c1");
        await world.settle();
        expect(world.notices(room)).toEqual(["Phone calls aren't possible at the moment. Try again later."]);
    });

    it("leaves no call in the registry when the rejection cannot be sent", async () => {
        world.intake.refuseWith("serviceUnavailable");
        const room = await world.directRoom();
        world.homeserver.failOnce("send", new HomeserverError("no answer", {}));
        world.invite(room, "c1");
        await world.settle();
        expect(world.calls.registry.size).toBe(0);
        expect(world.log.lines).toEqual(["warn: outbound call failed before it was placed"]);
    });
});

describe("two calls in one room", () => {
    it("ends the bridge's ringing call in favour of the user's own", async () => {
        const ours = await world.ringing();
        world.invite(ours.room, "hers");
        await world.settle();
        expect(ours.events.at(-1)).toEqual({ kind: "ended", cause: "replaced" });
        expect(world.sentByBridge(ours.room, "m.call.hangup")).toMatchObject([
            { call_id: ours.callId, reason: "replaced" },
        ]);
        expect(world.intake.calls).toHaveLength(1);
        expect(world.calls.registry.inRoom(ours.room)).toHaveLength(1);
    });

    it("rejects the user's second call as busy", async () => {
        const room = await world.directRoom();
        world.invite(room, "c1");
        world.invite(room, "c2");
        await world.settle();
        expect(world.intake.calls).toHaveLength(1);
        expect(world.sentByBridge(room, "m.call.reject")).toMatchObject([{ call_id: "c2", reason: "user_busy" }]);
    });

    it("rejects an inbound call as busy while the user calls", async () => {
        const room = await world.directRoom();
        world.invite(room, "c1");
        await world.settle();
        await expect(world.dial().leg.offer(sdp)).rejects.toMatchObject({ endCause: "busy" });
        expect(world.sentByBridge(room, "m.call.invite")).toEqual([]);
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
])("drops an unreadable event: %s", (_what, event) => {
    world.calls.router.onEvent(event);
    expect(world.telemetry.counted).toEqual(["dropped from matrix: bad_event"]);
});

it("remembers an ended call for ten minutes", async () => {
    const room = await world.directRoom();
    world.invite(room, "c1");
    await world.settle();
    await theCall().leg.end("busy");
    const [event] = world.homeserver.eventsIn(room, "m.call.invite");
    world.clock.advance(9 * 60_000);
    world.calls.router.onEvent({ ...event, event_id: "$late", unsigned: { age: 0 } });
    expect(world.telemetry.counted).toEqual(["dropped from matrix: call_ended"]);
    world.clock.advance(2 * 60_000);
    world.calls.router.onEvent({ ...event, event_id: "$later", unsigned: { age: 0 } });
    await world.settle();
    expect(world.intake.calls).toHaveLength(2);
});
