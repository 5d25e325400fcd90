import { beforeEach, describe, expect, it } from "vitest";
import type { PhoneNumber } from "../../../../lib/numbering/PhoneNumber.ts";
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
    it("makes the ghost, the room, and rings", async () => {
        const { facts, callId, room } = await world.ringing();
        expect(facts).toEqual([{ kind: "ringing" }]);
        expect(world.homeserver.asked).toEqual([
            "register",
            "setDisplayName",
            "userExists",
            "createRoom",
            "isEncrypted",
            "join",
            "send m.call.invite",
            "send m.call.candidates",
        ]);
        expect(world.homeserver.displayNames.get(bobsGhost)).toBe("Bob");
        expect(world.homeserver.roomRequests[0]).toMatchObject({ name: "Bob", invite: alice });
        const [invite] = world.said(room, "m.call.invite");
        expect(invite).toMatchObject({ call_id: callId, invitee: alice, lifetime: RING_MS });
        expect(world.said(room, "m.call.candidates")).toMatchObject([
            { party_id: invite?.["party_id"], candidates: [{ candidate: "" }] },
        ]);
    });

    it("comes from nobody in particular if the caller's name does not fit into a user id", async () => {
        const address = parseSipAddress(`${"A".repeat(90)}@pbx.example`);
        if (address === undefined) throw new Error("no address");
        await world.dial(alice, { kind: "address", address, displayName: "Carol" }).leg.offer(sdp);
        expect([...world.homeserver.displayNames]).toEqual([["@sip_anonymous:matrix.example", "Anonymous"]]);
        expect(world.homeserver.rooms).toHaveLength(1);
    });

    it("waits for a user who has to join by themselves, and rings for the time that is left", async () => {
        const { facts, room } = await world.ringing(carol);
        expect(facts).toEqual([{ kind: "ringing" }]);
        expect(world.said(room, "m.call.invite")).toEqual([]);
        world.clock.advance(20_000);
        world.homeserver.joinAs(carol, room);
        await world.settle();
        expect(world.said(room, "m.call.invite")).toMatchObject([{ invitee: carol, lifetime: RING_MS - 20_000 }]);
        expect(world.said(room, "m.call.candidates")).toHaveLength(1);
        expect(facts).toEqual([{ kind: "ringing" }]);
    });

    it("rings though the user's joining was told before the call waited for it", async () => {
        world.homeserver.listen((event) => {
            const isInvitation = event.state_key === carol && event.content["membership"] === "invite";
            if (isInvitation) world.homeserver.joinAs(carol, event.room_id);
        });
        const { room } = await world.ringing(carol);
        expect(world.said(room, "m.call.invite")).toHaveLength(1);
    });

    it("ends when the invited user does not want the room", async () => {
        const { facts, leg, room } = await world.ringing(carol);
        world.homeserver.leaveAs(carol, room);
        await world.settle();
        expect(facts.at(-1)).toEqual({ kind: "ended", cause: "unavailable" });
        await leg.end("unavailable");
        expect(world.said(room, "m.call.hangup")).toEqual([]);
        expect(world.calls.registry.size).toBe(0);
    });

    it("says nothing in the room when it is given up before the user joined", async () => {
        const { leg, room } = await world.ringing(carol);
        await leg.end("cancelled");
        world.homeserver.joinAs(carol, room);
        await world.settle();
        expect(world.said(room, "m.call.invite")).toEqual([]);
        expect(world.said(room, "m.call.hangup")).toEqual([]);
    });

    it("tells the desk when the user joined and cannot be rung", async () => {
        const { facts, room } = await world.ringing(carol);
        world.homeserver.failOnce("send", unreachable);
        world.homeserver.joinAs(carol, room);
        await world.settle();
        expect(facts.at(-1)).toEqual({ kind: "ended", cause: "serviceUnavailable" });
        expect(world.calls.registry.size).toBe(0);
    });

    it.each([
        ["a local user who does not exist", "@nobody:matrix.example", "notFound"],
        ["a homeserver that encrypts every room", alice, "unavailable"],
    ])("fails for %s", async (what, callee, endCause) => {
        if (what.includes("encrypts")) world.homeserver.encryptNewRooms();
        const call = world.dial(callee as typeof alice);
        await expect(call.leg.offer(sdp)).rejects.toMatchObject({ endCause });
        expect(world.calls.registry.size).toBe(0);
    });

    it("is two calls in one room at the same time, of which the second is busy", async () => {
        const [one, two] = [world.dial(), world.dial()];
        const outcomes = await Promise.allSettled([one.leg.offer(sdp), two.leg.offer(sdp)]);
        expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected"]);
        expect(outcomes[1]).toMatchObject({ reason: { endCause: "busy" } });
        expect(world.homeserver.rooms).toHaveLength(1);
    });
});

describe("a call in a known room", () => {
    it("asks for nothing but what it says", async () => {
        const first = await world.ringing();
        await first.leg.end("cancelled");
        world.homeserver.asked.length = 0;
        const { callId, leg, room, facts } = await world.ringing();
        world.say(alice, room, callId, "answer", answer);
        await world.settle();
        await leg.end("hungUp");
        expect(facts).toEqual([{ kind: "ringing" }, { kind: "answered", sdp }]);
        expect(world.homeserver.asked).toEqual([
            "send m.call.invite",
            "send m.call.candidates",
            "send m.call.select_answer",
            "send m.call.hangup",
        ]);
        expect(world.homeserver.rooms).toHaveLength(1);
    });

    it("asks once after a restart whether the user is in it", async () => {
        const room = await world.chat();
        world.homeserver.asked.length = 0;
        for (const _ of ["first", "second"]) await (await world.ringing()).leg.end("cancelled");
        expect(world.homeserver.rooms).toEqual([room]);
        expect(world.homeserver.asked.filter((request) => !request.startsWith("send"))).toEqual([
            "setDisplayName",
            "membership",
        ]);
    });

    it("rings at once when the user joined since the last call", async () => {
        const first = await world.ringing(carol);
        await first.leg.end("cancelled");
        world.homeserver.joinAs(carol, first.room);
        await world.settle();
        world.homeserver.asked.length = 0;
        await world.ringing(carol);
        expect(world.homeserver.asked).toEqual(["send m.call.invite", "send m.call.candidates"]);
    });

    it("goes to a new one when the user left", async () => {
        const first = await world.ringing();
        await first.leg.end("cancelled");
        world.homeserver.leaveAs(alice, first.room);
        await world.settle();
        expect(world.homeserver.membershipOf(first.room, bobsGhost)).toBe("leave");
        const second = await world.ringing();
        expect(second.room).not.toBe(first.room);
        expect(world.said(second.room, "m.call.invite")).toHaveLength(1);
    });

    it("goes to a new one when the ghost turns out not to be in it", async () => {
        const first = await world.ringing();
        await first.leg.end("cancelled");
        world.homeserver.failOnce("send", forbidden);
        const second = await world.ringing();
        expect(second.room).not.toBe(first.room);
        expect(second.facts).toEqual([{ kind: "ringing" }]);
        world.say(alice, second.room, second.callId, "reject");
        await world.settle();
        expect(second.facts.at(-1)).toEqual({ kind: "ended", cause: "declined" });
    });

    it("makes ghost and room anew on a homeserver that lost both", async () => {
        await world.directory.rememberGhost({ userId: bobsGhost, displayName: "Bob" });
        await world.ringing();
        expect(world.homeserver.asked.filter((request) => request === "createRoom" || request === "register")).toEqual([
            "createRoom",
            "register",
            "createRoom",
        ]);
    });
});

describe("the end", () => {
    it.each([
        ["while it rings", "cancelled", "user_hangup"],
        ["when nobody answers", "noAnswer", "invite_timeout"],
    ] as const)("is told once %s", async (_when, cause, reason) => {
        const { leg, room } = await world.ringing();
        await leg.end(cause);
        await leg.end(cause);
        const [invite] = world.said(room, "m.call.invite");
        expect(world.said(room, "m.call.hangup")).toMatchObject([{ reason, party_id: invite?.["party_id"] }]);
        expect(world.calls.registry.size).toBe(0);
    });

    it("is not told back to the user who ended", async () => {
        const { leg, callId, room, facts } = await world.ringing();
        world.say(alice, room, callId, "reject", { reason: "user_busy" });
        world.say(alice, room, callId, "reject", { reason: "user_busy" }, "LAPTOP");
        await world.settle();
        await leg.end("busy");
        expect(facts).toEqual([{ kind: "ringing" }, { kind: "ended", cause: "busy" }]);
        expect(world.said(room, "m.call.hangup")).toEqual([]);
        expect(world.telemetry.counted).toEqual(["dropped from matrix: callIsOver"]);
    });

    it("waits for the invite, and is told though the invite got no reply", async () => {
        const first = await world.ringing();
        await first.leg.end("cancelled");
        world.homeserver.failOnce("send", unreachable);
        const call = world.dial();
        await expect(call.leg.offer(sdp)).rejects.toMatchObject({ endCause: "serviceUnavailable" });
        await world.settle();
        expect(world.said(first.room, "m.call.hangup").at(-1)).toMatchObject({ call_id: call.callId });
    });

    it("comes with the callee's leaving and with the ghost's removal", async () => {
        const one = await world.ringing();
        world.homeserver.leaveAs(alice, one.room);
        await world.settle();
        expect(one.facts.at(-1)).toEqual({ kind: "ended", cause: "declined" });

        const two = await world.ringing();
        world.say(alice, two.room, two.callId, "answer", answer);
        await world.settle();
        world.homeserver.kick(alice, two.room, bobsGhost);
        await world.settle();
        expect(two.facts.at(-1)).toEqual({ kind: "ended", cause: "hungUp" });
        expect(await world.directory.roomBetween(alice, bobsGhost)).toBeUndefined();
    });
});

describe("devices", () => {
    it("ring until one answers, and then have no say", async () => {
        const { callId, room, facts } = await world.ringing();
        world.say(alice, room, callId, "candidates", { candidates: [{ candidate: "candidate:1" }] }, "LAPTOP");
        world.say(alice, room, callId, "answer", answer, "LAPTOP");
        world.say(alice, room, callId, "answer", answer, "PHONE");
        world.say(alice, room, callId, "hangup", {}, "PHONE");
        world.homeserver.joinAs(mallory, room);
        world.say(mallory, room, callId, "hangup", {}, "LAPTOP");
        await world.settle();
        expect(facts).toEqual([
            { kind: "ringing" },
            { kind: "answered", sdp },
            { kind: "candidates", candidates: [{ candidate: "candidate:1" }] },
        ]);
        expect(world.said(room, "m.call.select_answer")).toMatchObject([{ selected_party_id: "LAPTOP" }]);
    });

    it("may change the media once they answered", async () => {
        const { callId, room, facts, leg } = await world.ringing();
        world.say(alice, room, callId, "answer", answer);
        const offer = { description: { type: "offer", sdp }, lifetime: 10_000 };
        world.say(alice, room, callId, "negotiate", offer);
        world.say(alice, room, callId, "negotiate", offer, "LAPTOP");
        await world.settle();
        expect(facts.slice(2)).toEqual([{ kind: "offered", sdp }]);
        await leg.answerOffer(sdp);
        await leg.refuseOffer("noCommonMedia");
        expect(world.said(room, "m.call.negotiate")).toMatchObject([{ description: { type: "answer", sdp } }]);
    });
});

it("refuses to send what a browser could not apply", async () => {
    const call = world.dial();
    await expect(call.leg.offer(browserDescription(["a=group"]))).rejects.toMatchObject({ endCause: "noCommonMedia" });
    expect(world.homeserver.asked).not.toContain("send m.call.invite");
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

describe("what a trusted network says of a call", () => {
    const divertedBy = { kind: "number", number: "+442071838751" as PhoneNumber } as const;

    it("is told in the room before it rings, in one message", async () => {
        const { room } = await world.ringing(alice, { divertedBy, numberCheck: "passed" });
        expect(world.notices(room)).toEqual([
            "Call via +44 20 7183 8751. The carrier has verified the caller's number.",
        ]);
        const sent = world.homeserver.asked.filter((request) => request.startsWith("send"));
        expect(sent).toEqual(["send m.room.message", "send m.call.invite", "send m.call.candidates"]);
    });

    it("is told once the user has joined, for before they could not read it", async () => {
        const { room } = await world.ringing(carol, { divertedBy });
        expect(world.notices(room)).toEqual([]);
        world.homeserver.joinAs(carol, room);
        await world.settle();
        expect(world.notices(room)).toEqual(["Call via +44 20 7183 8751."]);
        expect(world.said(room, "m.call.invite")).toHaveLength(1);
    });

    it("costs nothing when there is nothing to tell", async () => {
        const { room } = await world.ringing();
        expect(world.notices(room)).toEqual([]);
    });

    it("does not keep the call from ringing when it cannot be told", async () => {
        world.homeserver.failOnce("send", unreachable);
        const { facts, room } = await world.ringing(alice, { divertedBy });
        expect(facts).toEqual([{ kind: "ringing" }]);
        expect(world.said(room, "m.call.invite")).toHaveLength(1);
    });
});
