import { beforeEach, describe, expect, it } from "vitest";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import { HomeserverError } from "../../../../lib/matrix/homeserver/HomeserverError.ts";
import { alice, bobsGhost, CallsWorld, RING_MS } from "../../../support/matrix/CallsWorld.ts";

let world: CallsWorld;

beforeEach(() => {
    world = new CallsWorld();
});

describe("a ghost", () => {
    it("joins where it is invited, and the room becomes the pair's", async () => {
        const room = await world.chat();
        expect(world.homeserver.membershipOf(room, bobsGhost)).toBe("join");
        expect(await world.directory.roomBetween(alice, bobsGhost)).toBe(room);
    });

    it("does not let a group take the place of the chat of two", async () => {
        const room = await world.chat();
        world.homeserver.makeRoomOf(alice, bobsGhost, false);
        await world.settle();
        expect(await world.directory.roomBetween(alice, bobsGhost)).toBe(room);
    });

    it("that stands for nobody does not join", async () => {
        const nobody = "@sip_:matrix.example" as MatrixUserId;
        const room = world.homeserver.makeRoomOf(alice, nobody);
        await world.settle();
        expect(world.homeserver.membershipOf(room, nobody)).toBe("invite");
    });

    it("finds the call that was placed before it came, and not those that are old", async () => {
        const room = world.homeserver.makeRoomOf(alice, bobsGhost);
        // what the homeserver keeps from us until the ghost is there
        world.homeserver.listen(() => undefined);
        world.invite(room, "old");
        await world.settle();
        world.clock.advance(RING_MS);
        world.invite(room, "fresh");
        world.say(alice, room, "fresh", "candidates", { candidates: [{ candidate: "candidate:1" }] });
        await world.settle();
        world.homeserver.listen((event) => world.calls.gateway.onEvent(event));
        world.calls.gateway.onEvent(world.homeserver.eventsIn(room, "m.room.member")[1]);
        await world.settle();
        expect(world.telemetry.counted).toContain("dropped from matrix: stale");
        expect(world.intake.calls).toHaveLength(1);
        expect(world.intake.calls[0]?.facts).toEqual([
            { kind: "candidates", candidates: [{ candidate: "candidate:1" }] },
        ]);
    });

    it("that cannot join is logged, and its caller's call dropped", async () => {
        world.homeserver.tellEverything();
        world.homeserver.failOnce("join", new HomeserverError("no", { status: 403 }));
        const room = world.homeserver.makeRoomOf(alice, bobsGhost);
        world.invite(room, "c1");
        await world.settle();
        expect(world.log.lines).toEqual(["warn: ghost could not join"]);
        expect(world.telemetry.counted).toEqual(["dropped from matrix: unknownRoom"]);
    });
});

describe("an encrypted room", () => {
    it("is refused with one notice when the ghost is invited to it", async () => {
        const room = world.homeserver.makeRoomOf(alice, bobsGhost);
        world.homeserver.setStateAs(alice, room, "m.room.encryption", {});
        await world.settle();
        expect(world.notices(room)).toEqual([expect.stringContaining("encrypted")]);
        expect(await world.directory.roomBetween(alice, bobsGhost)).toBeUndefined();
    });

    it("is not used any more when it becomes one, and what is said in it is counted", async () => {
        const room = await world.chat();
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

it("forgets a room that was replaced by another", async () => {
    const room = await world.chat();
    world.homeserver.setStateAs(alice, room, "m.room.tombstone", { replacement_room: "!new" });
    await world.settle();
    expect(await world.directory.roomBetween(alice, bobsGhost)).toBeUndefined();
});
