import { beforeEach, describe, expect, it } from "vitest";
import type { MatrixRoomId } from "../../../../lib/numbering/MatrixUserId.ts";
import { alice, CallsWorld } from "../../../support/matrix/CallsWorld.ts";
import { MemoryInbox } from "../../../support/matrix/MemoryInbox.ts";

let world: CallsWorld;

beforeEach(() => {
    world = new CallsWorld();
});

describe("a crash of the bridge", () => {
    /** Delivers what is in a room as the homeserver does, in one delivery. */
    const deliver = (from: CallsWorld, to: CallsWorld, room: MatrixRoomId) =>
        to.calls.router.onDelivery(
            ["invite", "candidates"].flatMap((type) => from.homeserver.eventsIn(room, `m.call.${type}`)),
            [],
        );

    async function placed(): Promise<MatrixRoomId> {
        const room = await world.directRoom();
        world.homeserver.listen(() => undefined);
        world.invite(room, "c1");
        world.sendCallEvent(alice, room, "c1", "candidates", { candidates: [{ candidate: "candidate:1" }] });
        return room;
    }

    /** A new run with the same inbox and directory. */
    function restarted(): CallsWorld {
        const next = new CallsWorld({ directory: world.directory }, new MemoryInbox(world.inbox));
        next.calls.router.resume();
        return next;
    }

    it("before the call was placed does not lose it, nor its candidates", async () => {
        const room = await placed();
        void deliver(world, world, room);
        // nothing else has run: the ghost is not known yet
        const next = restarted();
        await next.settle();
        expect(next.intake.calls).toHaveLength(1);
        expect(next.intake.calls[0]?.facts).toEqual([
            { kind: "candidates", candidates: [{ candidate: "candidate:1" }] },
        ]);
    });

    it("after the call was placed does not place it again, even if the homeserver repeats the delivery", async () => {
        const room = await placed();
        await deliver(world, world, room);
        await world.settle();
        expect(world.intake.calls).toHaveLength(1);
        const next = restarted();
        await deliver(world, next, room);
        await next.settle();
        expect(next.intake.calls).toEqual([]);
    });
});
