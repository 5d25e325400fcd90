import { beforeEach, describe, expect, it } from "vitest";
import type { MatrixRoomId } from "../../../../lib/numbering/MatrixUserId.ts";
import { KeptIntake } from "../../../support/message/KeptIntake.ts";
import { KeptMessageTelemetry } from "../../../support/message/KeptMessageTelemetry.ts";
import { alice, bobsGhost, CallsWorld, carol } from "../../../support/matrix/CallsWorld.ts";

const neverAsked = (): never => {
    throw new Error("not expected here");
};

describe("messages written before the ghost has joined the room", () => {
    let intake: KeptIntake;
    let world: CallsWorld;

    beforeEach(() => {
        intake = new KeptIntake();
        world = new CallsWorld({
            messages: {
                homeserver: { send: neverAsked, event: neverAsked, markRead: neverAsked, setTyping: neverAsked },
                files: { contentOf: neverAsked },
                intake,
                routing: { routeOf: () => ({ kind: "networks", names: ["carrier"] }) },
                plan: { whoMayDial: () => ({ kind: "forbidden" }), isDialable: () => true, hasRule: () => true },
                telemetry: new KeptMessageTelemetry(),
                options: {
                    notices: false,
                    reactions: false,
                    limit: { perMinute: 100, burst: 100 },
                    maxBytes: 8000,
                    maxAgeMs: 60_000,
                },
                readReceipts: false,
            },
        });
    });

    const write = (room: MatrixRoomId, body: string, user = alice): void =>
        world.homeserver.sendAs(user, room, "m.room.message", { msgtype: "m.text", body });
    const accepted = (): string[] =>
        intake.messages.flatMap(({ content }) => (content.kind === "text" ? content.text : []));

    it("are sent, although the join itself is a later membership event of the ghost", async () => {
        const room = world.homeserver.createRoomOf(alice, bobsGhost);
        write(room, "before");
        await world.settle();
        expect(accepted()).toEqual(["before"]);
    });

    it("are sent before those that come live while the history of the room is read", async () => {
        const answer = world.homeserver.holdOnce("recentEvents");
        const room = world.homeserver.createRoomOf(alice, bobsGhost);
        write(room, "before");
        await world.settle();
        write(room, "live");
        await world.settle();
        expect(accepted()).toEqual([]);
        answer();
        await world.settle();
        expect(accepted()).toEqual(["before", "live"]);
    });

    it("are looked for once more after a user of another homeserver has invited the ghost", async () => {
        const room = world.homeserver.createRoomOf(carol, bobsGhost);
        await world.settle();
        // what our homeserver learns of too late to deliver it
        world.homeserver.listen(() => undefined);
        write(room, "during the join", carol);
        world.clock.advance(10_000);
        await world.settle();
        expect(accepted()).toEqual(["during the join"]);
        expect(world.clock.pending).toBe(0);
    });
});
