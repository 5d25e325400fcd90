import { beforeEach, describe, expect, it } from "vitest";
import { parseSipAddress } from "../../../../lib/numbering/SipAddress.ts";
import { HomeserverError } from "../../../../lib/matrix/homeserver/HomeserverError.ts";
import { alice, bob, bobsGhost, CallsWorld, carol, mallory, RING_MS } from "../../../support/matrix/CallsWorld.ts";
import { browserDescription } from "../../../support/matrix/descriptions.ts";

const sdp = browserDescription();
const answer = { answer: { type: "answer", sdp } };
const unreachable = new HomeserverError("no answer", {});
const forbidden = new HomeserverError("no", { status: 403, errcode: "M_FORBIDDEN" });

let world: CallsWorld;

beforeEach(() => {
    world = new CallsWorld();
});

describe("a first call", () => {
    it("creates the ghost and the room, and rings", async () => {
        const { events, callId, room } = await world.ringing();
        expect(events).toEqual([{ kind: "ringing" }]);
        expect(world.homeserver.requests).toEqual([
            "userExists",
            "register",
            "setDisplayName",
            "createRoom",
            "isEncrypted",
            "invite",
            "join",
            "send m.call.invite",
        ]);
        expect(world.homeserver.displayNames.get(bobsGhost)).toBe("Bob");
        const [invite] = world.sentByBridge(room, "m.call.invite");
        expect(invite).toMatchObject({ call_id: callId, invitee: alice, lifetime: RING_MS });
    });

    it("comes from the anonymous ghost if the caller's user ID would be too long", async () => {
        const address = parseSipAddress(`${"A".repeat(90)}@pbx.example`);
        if (address === undefined) throw new Error("no address");
        await world.dial(alice, { kind: "address", address, displayName: "Carol" }).leg.offer(sdp);
        expect([...world.homeserver.displayNames]).toEqual([["@sip_anonymous:matrix.example", "Anonymous"]]);
        expect(world.homeserver.rooms).toHaveLength(1);
    });

    it("rings if the clock has fractions of a millisecond", async () => {
        const { room } = await world.ringing(carol);
        world.clock.advance(0.7);
        world.homeserver.joinAs(carol, room);
        await world.settle();
        expect(world.sentByBridge(room, "m.call.invite")).toHaveLength(1);
    });

    it("waits for an invited user to join, and rings for the rest of the ring time", async () => {
        const { events, room } = await world.ringing(carol);
        expect(events).toEqual([{ kind: "ringing" }]);
        expect(world.sentByBridge(room, "m.call.invite")).toEqual([]);
        world.clock.advance(20_000);
        world.homeserver.joinAs(carol, room);
        await world.settle();
        expect(world.sentByBridge(room, "m.call.invite")).toMatchObject([
            { invitee: carol, lifetime: RING_MS - 20_000 },
        ]);
        expect(events).toEqual([{ kind: "ringing" }]);
    });

    it("rings when the join arrived before the call waited for it", async () => {
        world.homeserver.listen((event) => {
            const isInvitation = event.state_key === carol && event.content["membership"] === "invite";
            if (isInvitation) world.homeserver.joinAs(carol, event.room_id);
        });
        const { room } = await world.ringing(carol);
        expect(world.sentByBridge(room, "m.call.invite")).toHaveLength(1);
    });

    it("ends when the invited user declines the room", async () => {
        const { events, leg, room } = await world.ringing(carol);
        world.homeserver.leaveAs(carol, room);
        await world.settle();
        expect(events.at(-1)).toEqual({ kind: "ended", cause: "unavailable" });
        await leg.end("unavailable");
        expect(world.sentByBridge(room, "m.call.hangup")).toEqual([]);
        expect(world.calls.registry.size).toBe(0);
    });

    it("sends no event when it is cancelled before the user joined", async () => {
        const { leg, room } = await world.ringing(carol);
        await leg.end("cancelled");
        world.homeserver.joinAs(carol, room);
        await world.settle();
        expect(world.sentByBridge(room, "m.call.invite")).toEqual([]);
        expect(world.sentByBridge(room, "m.call.hangup")).toEqual([]);
    });

    it("reports the end when the user joined but the invite cannot be sent", async () => {
        const { events, room } = await world.ringing(carol);
        world.homeserver.failOnce("send", unreachable);
        world.homeserver.joinAs(carol, room);
        await world.settle();
        expect(events.at(-1)).toEqual({ kind: "ended", cause: "serviceUnavailable" });
        expect(world.calls.registry.size).toBe(0);
    });

    it.each([
        ["a local user who does not exist", "@absent:matrix.example", "notFound"],
        ["a homeserver that encrypts every room", alice, "unavailable"],
    ])("fails for %s", async (what, callee, endCause) => {
        if (what.includes("encrypts")) world.homeserver.encryptNewRooms();
        const call = world.dial(callee as typeof alice);
        await expect(call.leg.offer(sdp)).rejects.toMatchObject({ endCause });
        expect(world.calls.registry.size).toBe(0);
    });

    it("rejects the second of two calls in one room as busy", async () => {
        const [one, two] = [world.dial(), world.dial()];
        const outcomes = await Promise.allSettled([one.leg.offer(sdp), two.leg.offer(sdp)]);
        expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected"]);
        expect(outcomes[1]).toMatchObject({ reason: { endCause: "busy" } });
        expect(world.homeserver.rooms).toHaveLength(1);
    });
});

describe("a call in a known room", () => {
    it("sends only call events to the homeserver", async () => {
        const first = await world.ringing();
        await first.leg.end("cancelled");
        world.homeserver.requests.length = 0;
        const { callId, leg, room, events } = await world.ringing();
        world.sendCallEvent(alice, room, callId, "answer", answer);
        await world.settle();
        await leg.end("hungUp");
        expect(events).toEqual([{ kind: "ringing" }, { kind: "answered", sdp }]);
        expect(world.homeserver.requests).toEqual([
            "send m.call.invite",
            "send m.call.select_answer",
            "send m.call.hangup",
        ]);
        expect(world.homeserver.rooms).toHaveLength(1);
    });

    it("requests the membership once after a restart", async () => {
        const room = await world.directRoom();
        world.homeserver.requests.length = 0;
        for (const _ of ["first", "second"]) await (await world.ringing()).leg.end("cancelled");
        expect(world.homeserver.rooms).toEqual([room]);
        expect(world.homeserver.requests.filter((request) => !request.startsWith("send"))).toEqual([
            "membership",
            "setDisplayName",
        ]);
    });

    it("rings immediately when the user joined since the last call", async () => {
        const first = await world.ringing(carol);
        await first.leg.end("cancelled");
        world.homeserver.joinAs(carol, first.room);
        await world.settle();
        world.homeserver.requests.length = 0;
        await world.ringing(carol);
        expect(world.homeserver.requests).toEqual(["send m.call.invite"]);
    });

    it("uses a new room when the user left", async () => {
        const first = await world.ringing();
        await first.leg.end("cancelled");
        world.homeserver.leaveAs(alice, first.room);
        await world.settle();
        expect(world.homeserver.membershipOf(first.room, bobsGhost)).toBe("leave");
        const second = await world.ringing();
        expect(second.room).not.toBe(first.room);
        expect(world.sentByBridge(second.room, "m.call.invite")).toHaveLength(1);
    });

    it("uses a new room when the ghost is not in the known one", async () => {
        const first = await world.ringing();
        await first.leg.end("cancelled");
        world.homeserver.failOnce("send", forbidden);
        const second = await world.ringing();
        expect(second.room).not.toBe(first.room);
        expect(second.events).toEqual([{ kind: "ringing" }]);
        world.sendCallEvent(alice, second.room, second.callId, "reject");
        await world.settle();
        expect(second.events.at(-1)).toEqual({ kind: "ended", cause: "declined" });
    });

    it("creates ghost and room again on a homeserver that lost both", async () => {
        await world.directory.rememberGhost({ userId: bobsGhost, displayName: "Bob" });
        await world.ringing();
        expect(
            world.homeserver.requests.filter((request) => request === "createRoom" || request === "register"),
        ).toEqual(["createRoom", "register", "createRoom"]);
    });
});

describe("the end", () => {
    it.each([
        ["while it rings", "cancelled", "user_hangup"],
        ["when the ring time is over", "noAnswer", "invite_timeout"],
    ] as const)("sends one hangup %s", async (_when, cause, reason) => {
        const { leg, room } = await world.ringing();
        await leg.end(cause);
        await leg.end(cause);
        const [invite] = world.sentByBridge(room, "m.call.invite");
        expect(world.sentByBridge(room, "m.call.hangup")).toMatchObject([{ reason, party_id: invite?.["party_id"] }]);
        expect(world.calls.registry.size).toBe(0);
    });

    it("sends no hangup to the user who ended the call", async () => {
        const { leg, callId, room, events } = await world.ringing();
        world.sendCallEvent(alice, room, callId, "reject", { reason: "user_busy" });
        world.sendCallEvent(alice, room, callId, "reject", { reason: "user_busy" }, "LAPTOP");
        await world.settle();
        await leg.end("busy");
        expect(events).toEqual([{ kind: "ringing" }, { kind: "ended", cause: "busy" }]);
        expect(world.sentByBridge(room, "m.call.hangup")).toEqual([]);
        expect(world.telemetry.counted).toEqual(["dropped from matrix: call_ended"]);
    });

    it("sends a hangup even if the invite got no response", async () => {
        const first = await world.ringing();
        await first.leg.end("cancelled");
        world.homeserver.failOnce("send", unreachable);
        const call = world.dial();
        await expect(call.leg.offer(sdp)).rejects.toMatchObject({ endCause: "serviceUnavailable" });
        await world.settle();
        expect(world.sentByBridge(first.room, "m.call.hangup").at(-1)).toMatchObject({ call_id: call.callId });
    });

    it("is reported when the callee leaves and when the ghost is removed", async () => {
        const one = await world.ringing();
        world.homeserver.leaveAs(alice, one.room);
        await world.settle();
        expect(one.events.at(-1)).toEqual({ kind: "ended", cause: "declined" });

        const two = await world.ringing();
        world.sendCallEvent(alice, two.room, two.callId, "answer", answer);
        await world.settle();
        world.homeserver.kick(alice, two.room, bobsGhost);
        await world.settle();
        expect(two.events.at(-1)).toEqual({ kind: "ended", cause: "hungUp" });
        expect(await world.directory.roomBetween(alice, bobsGhost)).toBeUndefined();
    });
});

describe("devices", () => {
    it("ring until one answers; events of the others are ignored then", async () => {
        const { callId, room, events } = await world.ringing();
        world.sendCallEvent(
            alice,
            room,
            callId,
            "candidates",
            { candidates: [{ candidate: "candidate:1" }] },
            "LAPTOP",
        );
        world.sendCallEvent(alice, room, callId, "answer", answer, "LAPTOP");
        world.sendCallEvent(alice, room, callId, "answer", answer, "PHONE");
        world.sendCallEvent(alice, room, callId, "hangup", {}, "PHONE");
        world.homeserver.joinAs(mallory, room);
        world.sendCallEvent(mallory, room, callId, "hangup", {}, "LAPTOP");
        await world.settle();
        expect(events).toEqual([
            { kind: "ringing" },
            { kind: "answered", sdp },
            { kind: "candidates", candidates: [{ candidate: "candidate:1" }] },
        ]);
        expect(world.sentByBridge(room, "m.call.select_answer")).toMatchObject([{ selected_party_id: "LAPTOP" }]);
    });

    it("can change the media after the answer", async () => {
        const { callId, room, events, leg } = await world.ringing();
        world.sendCallEvent(alice, room, callId, "answer", answer);
        const offer = { description: { type: "offer", sdp }, lifetime: 10_000 };
        world.sendCallEvent(alice, room, callId, "negotiate", offer);
        world.sendCallEvent(alice, room, callId, "negotiate", offer, "LAPTOP");
        await world.settle();
        expect(events.slice(2)).toEqual([{ kind: "offered", sdp }]);
        await leg.answerOffer(sdp);
        await leg.rejectOffer("noCommonMedia");
        expect(world.sentByBridge(room, "m.call.negotiate")).toMatchObject([{ description: { type: "answer", sdp } }]);
    });
});

it("rejects a description that a browser cannot apply", async () => {
    const call = world.dial();
    await expect(call.leg.offer(browserDescription(["a=group"]))).rejects.toMatchObject({ endCause: "noCommonMedia" });
    expect(world.homeserver.requests).not.toContain("send m.call.invite");
});

it("keeps a caller's name when the next call comes without one", async () => {
    const first = await world.ringing();
    await first.leg.end("cancelled");
    const nameless = world.dial(alice, { kind: "number", number: bob.kind === "number" ? bob.number : ("" as never) });
    await nameless.leg.offer(sdp);
    expect(world.homeserver.displayNames.get(bobsGhost)).toBe("Bob");
    await nameless.leg.end("cancelled");
    const renamed = world.dial(alice, { ...bob, displayName: "Robert" } as typeof bob);
    await renamed.leg.offer(sdp);
    expect(world.homeserver.displayNames.get(bobsGhost)).toBe("Robert");
});
