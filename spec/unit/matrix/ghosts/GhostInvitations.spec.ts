import { beforeEach, describe, expect, it } from "vitest";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import { HomeserverError } from "../../../../lib/matrix/homeserver/HomeserverError.ts";
import { alice, bobsGhost, CallsWorld, RING_MS } from "../../../support/matrix/CallsWorld.ts";

let world: CallsWorld;

beforeEach(() => {
    world = new CallsWorld();
});

describe("GhostInvitations", () => {
    it("joins the room and stores it as the direct room of the inviter and the ghost", async () => {
        const room = await world.directRoom();
        expect(world.homeserver.membershipOf(room, bobsGhost)).toBe("join");
        expect(await world.directory.roomBetween(alice, bobsGhost)).toBe(room);
    });

    it("keeps the stored direct room when the ghost is invited to a group", async () => {
        const room = await world.directRoom();
        world.homeserver.createRoomOf(alice, bobsGhost, false);
        await world.settle();
        expect(await world.directory.roomBetween(alice, bobsGhost)).toBe(room);
    });

    it("ignores an invitation of a ghost ID that represents no number or address", async () => {
        const nameless = "@sip_:matrix.example" as MatrixUserId;
        const room = world.homeserver.createRoomOf(alice, nameless);
        await world.settle();
        expect(world.homeserver.membershipOf(room, nameless)).toBe("invite");
    });

    it("opens a call that was placed before the ghost joined, but not an expired one", async () => {
        const room = world.homeserver.createRoomOf(alice, bobsGhost);
        // what the homeserver keeps from us until the ghost is there
        world.homeserver.listen(() => undefined);
        world.invite(room, "old");
        await world.settle();
        world.clock.advance(RING_MS);
        world.invite(room, "fresh");
        world.sendCallEvent(alice, room, "fresh", "candidates", { candidates: [{ candidate: "candidate:1" }] });
        await world.settle();
        world.homeserver.listen((event) => world.calls.router.onEvent(event));
        world.calls.router.onEvent(world.homeserver.eventsIn(room, "m.room.member")[1]);
        await world.settle();
        expect(world.telemetry.counted).toContain("dropped from matrix: expired");
        expect(world.intake.calls).toHaveLength(1);
        expect(world.intake.calls[0]?.facts).toEqual([
            { kind: "candidates", candidates: [{ candidate: "candidate:1" }] },
        ]);
    });

    it("logs a failed join and drops the call that waited for it", async () => {
        world.homeserver.sendEverything();
        world.homeserver.failOnce("join", new HomeserverError("no", { status: 403 }));
        const room = world.homeserver.createRoomOf(alice, bobsGhost);
        world.invite(room, "c1");
        await world.settle();
        expect(world.log.lines).toEqual(["warn: ghost join failed"]);
        expect(world.telemetry.counted).toEqual(["dropped from matrix: unknown_room"]);
    });
});

describe("an encrypted room", () => {
    it("gets one notice and is not stored when the ghost is invited to it", async () => {
        const room = world.homeserver.createRoomOf(alice, bobsGhost);
        world.homeserver.setStateAs(alice, room, "m.room.encryption", {});
        await world.settle();
        expect(world.notices(room)).toEqual([expect.stringContaining("encrypted")]);
        expect(await world.directory.roomBetween(alice, bobsGhost)).toBeUndefined();
    });

    it("is not used for calls after encryption is enabled, and its encrypted events are counted", async () => {
        const room = await world.directRoom();
        world.homeserver.setStateAs(alice, room, "m.room.encryption", {});
        world.homeserver.sendAs(alice, room, "m.room.encrypted", {});
        world.homeserver.setStateAs(alice, room, "m.room.encryption", {});
        await world.settle();
        expect(world.notices(room)).toHaveLength(1);
        expect(world.telemetry.counted).toEqual(["dropped from matrix: encrypted"]);
        const call = await world.ringing();
        expect(call.room).not.toBe(room);
    });
});

it("forgets a room with a tombstone", async () => {
    const room = await world.directRoom();
    world.homeserver.setStateAs(alice, room, "m.room.tombstone", { replacement_room: "!new" });
    await world.settle();
    expect(await world.directory.roomBetween(alice, bobsGhost)).toBeUndefined();
});
