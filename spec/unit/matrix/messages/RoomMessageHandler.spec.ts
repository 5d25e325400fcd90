import { beforeEach, describe, expect, it } from "vitest";
import type { MatrixRoomId } from "../../../../lib/numbering/MatrixUserId.ts";
import { KeptIntake } from "../../../support/message/KeptIntake.ts";
import { KeptMessageTelemetry } from "../../../support/message/KeptMessageTelemetry.ts";
import { alice, bobsGhost, CallsWorld } from "../../../support/matrix/CallsWorld.ts";

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

    const write = (room: MatrixRoomId, body: string): void =>
        world.homeserver.sendAs(alice, room, "m.room.message", { msgtype: "m.text", body });
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
});
