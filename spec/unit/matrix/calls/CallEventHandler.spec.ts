import { beforeEach, describe, expect, it } from "vitest";
import type { MatrixRoomId, MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import { alice, bobsGhost, CallsWorld, carol, mallory, RING_MS } from "../../../support/matrix/CallsWorld.ts";
import { browserDescription } from "../../../support/matrix/descriptions.ts";

const sdp = browserDescription();
const offer = { type: "offer", sdp };
let world: CallsWorld;
let room: MatrixRoomId;

beforeEach(async () => {
    world = new CallsWorld();
    room = await world.directRoom();
    // live deliveries only
    world.clock.advance(60_000);
});

/** Delivers an event as the homeserver would, with more fields. */
async function deliver(type: string, content: object, more: object = {}, sender: MatrixUserId = alice): Promise<void> {
    world.calls.router.onEvent({
        event_id: `$${Math.random()}`,
        type: `m.call.${type}`,
        room_id: room,
        sender,
        origin_server_ts: world.clock.now(),
        content: { call_id: "c1", version: "1", party_id: "PHONE", ...content },
        ...more,
    });
    await world.settle();
}

describe("an invite that cannot be decoded", () => {
    it.each([
        ["no offer", { lifetime: RING_MS }],
        ["no session description", { offer: { sdp: "hello" } }],
        ["a description that is not text", { offer: { sdp: null } }],
    ])("is rejected with a notice: %s", async (_what, content) => {
        await deliver("invite", content);
        expect(world.sentByBridge(room, "m.call.reject")).toMatchObject([{ call_id: "c1", version: "1" }]);
        expect(world.notices(room)).toHaveLength(1);
        expect(world.calls.registry.size).toBe(0);
        expect(world.intake.calls).toEqual([]);
    });

    it("is rejected with m.call.hangup in version 0", async () => {
        await deliver("invite", { version: 0 });
        expect(world.sentByBridge(room, "m.call.hangup")).toMatchObject([{ call_id: "c1", version: 0 }]);
    });

    it("is not rejected if it is for another user, or has no call ID", async () => {
        await deliver("invite", { invitee: mallory });
        await deliver("invite", { call_id: null });
        expect(world.sentByBridge(room, "m.call.reject")).toEqual([]);
    });
});

describe("an event that is not a call event", () => {
    it.each([
        ["a state event", {}, { state_key: "" }, "wrong_kind"],
        ["an edit", { "m.relates_to": { rel_type: "m.replace", event_id: "$x" } }, {}, "edit"],
    ])("opens no call: %s", async (_what, content, more, reason) => {
        await deliver("invite", { offer, ...content }, more);
        expect(world.intake.calls).toEqual([]);
        expect(world.telemetry.counted).toEqual([`dropped from matrix: ${reason}`]);
    });

    it("is not taken for an edit because of another relation", async () => {
        await deliver("invite", { offer, "m.relates_to": { rel_type: "m.reference", event_id: "$x" } });
        expect(world.intake.calls).toHaveLength(1);
    });
});

describe("the clock of another homeserver", () => {
    it.each([-300_000, 300_000])("does not prevent a live call: %d ms off", async (offset) => {
        world.homeserver.joinAs(carol, room);
        await deliver("invite", { offer, lifetime: RING_MS }, { origin_server_ts: world.clock.now() + offset }, carol);
        expect(world.intake.calls).toHaveLength(1);
    });

    it.each([-300_000, -90_000, 300_000])(
        "does not prevent a call that the homeserver may have kept during a downtime: %d ms off",
        async (offset) => {
            world = new CallsWorld();
            room = await world.directRoom();
            world.homeserver.joinAs(carol, room);
            await deliver(
                "invite",
                { offer, lifetime: RING_MS },
                { origin_server_ts: world.clock.now() + offset },
                carol,
            );
            expect(world.intake.calls).toEqual([]);
            world.clock.advance(2_000);
            await world.settle();
            expect(world.intake.calls).toHaveLength(1);
        },
    );

    it("does not open a call that was kept together with its end", async () => {
        world = new CallsWorld();
        room = await world.directRoom();
        world.homeserver.joinAs(carol, room);
        await deliver("invite", { offer, lifetime: RING_MS }, {}, carol);
        world.clock.advance(1_000);
        await deliver("hangup", { reason: "invite_timeout" }, {}, carol);
        world.clock.advance(2_000);
        await world.settle();
        expect(world.intake.calls).toEqual([]);
        expect(world.calls.registry.size).toBe(0);
    });
});

describe("an answer that cannot be decoded", () => {
    it.each([
        ["without a description", {}],
        ["with text that is not a session description", { answer: { type: "answer", sdp: "hello" } }],
        ["with a description of another type", { answer: { type: "answer", sdp: 7 } }],
    ])("ends the call for both sides: %s", async (_, content) => {
        const call = await world.ringing();
        world.sendCallEvent(alice, call.room, call.callId, "answer", content);
        await world.settle();
        expect(call.events.at(-1)).toEqual({ kind: "ended", cause: "noCommonMedia" });
        expect(world.sentByBridge(call.room, "m.call.hangup")).toMatchObject([{ call_id: call.callId }]);
        expect(world.calls.registry.size).toBe(0);
    });

    it("has no effect if it is from another user, or if a device has answered", async () => {
        const call = await world.ringing();
        world.homeserver.joinAs(mallory, call.room);
        world.sendCallEvent(mallory, call.room, call.callId, "answer");
        world.sendCallEvent(alice, call.room, call.callId, "answer", { answer: { type: "answer", sdp } });
        world.sendCallEvent(alice, call.room, call.callId, "answer", {}, "TABLET");
        await world.settle();
        expect(call.events.map(({ kind }) => kind)).toEqual(["ringing", "answered"]);
        expect(world.sentByBridge(call.room, "m.call.hangup")).toEqual([]);
    });
});

describe("an event of a call that the bridge does not know", () => {
    const unknown = ["answer", { answer: { type: "answer", sdp } }] as const;

    /** The bridge's own invite of the call, as an earlier run of it sent it. */
    function inviteOfEarlierRun(version: unknown = "1"): void {
        const invite = { call_id: "c1", version, party_id: "sipold", invitee: alice, lifetime: RING_MS, offer };
        world.homeserver.sendAs(bobsGhost, room, "m.call.invite", invite);
    }

    it.each([
        ["answer", unknown[1]],
        ["candidates", { candidates: [{ candidate: "candidate:1" }] }],
        ["negotiate", { description: { type: "offer", sdp }, lifetime: 10_000 }],
    ])("gets one hangup under the party ID of the earlier run: %s", async (type, content) => {
        inviteOfEarlierRun();
        await deliver(type, content);
        await deliver(type, content);
        expect(world.sentByBridge(room, "m.call.hangup")).toMatchObject([{ call_id: "c1", party_id: "sipold" }]);
        expect(world.telemetry.counted).toEqual([
            "dropped from matrix: unknown_call",
            "dropped from matrix: call_ended",
        ]);
    });

    it("gets a hangup even if the invite is no longer in the history", async () => {
        await deliver(...unknown);
        expect(world.sentByBridge(room, "m.call.hangup")).toMatchObject([{ call_id: "c1" }]);
    });

    it("gets none for candidates that come before their invite, which opens the call", async () => {
        await deliver("candidates", { candidates: [{ candidate: "candidate:1" }] });
        await deliver("invite", { offer, lifetime: RING_MS });
        expect(world.sentByBridge(room, "m.call.hangup")).toEqual([]);
        expect(world.intake.calls).toHaveLength(1);
    });

    it("gets none in a room without a ghost", async () => {
        await world.directory.forgetRoom(room);
        await deliver(...unknown);
        expect(world.sentByBridge(room, "m.call.hangup")).toEqual([]);
    });

    it("gets none from a user who is not the user of the direct room", async () => {
        await deliver(...unknown, {}, mallory);
        expect(world.sentByBridge(room, "m.call.hangup")).toEqual([]);
    });

    it("gets none if the call is between other users in the room", async () => {
        world.homeserver.joinAs(carol, room);
        const invite = { call_id: "c1", version: "1", party_id: "X", invitee: alice, lifetime: RING_MS, offer };
        world.homeserver.sendAs(carol, room, "m.call.invite", invite);
        await deliver(...unknown);
        expect(world.sentByBridge(room, "m.call.hangup")).toEqual([]);
    });

    it("gets none if the earlier run has ended the call", async () => {
        inviteOfEarlierRun();
        world.homeserver.sendAs(bobsGhost, room, "m.call.hangup", { call_id: "c1", version: "1", party_id: "sipold" });
        await deliver(...unknown);
        expect(world.sentByBridge(room, "m.call.hangup")).toHaveLength(1);
    });

    it.each([
        ["hangup", {}],
        ["reject", {}],
        ["select_answer", { selected_party_id: "X" }],
    ])("gets none for a %s", async (type, content) => {
        inviteOfEarlierRun();
        await deliver(type, content);
        expect(world.sentByBridge(room, "m.call.hangup")).toEqual([]);
    });
});
