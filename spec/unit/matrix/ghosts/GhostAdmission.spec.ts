import { describe, expect, it } from "vitest";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import { allowedBy } from "../../../support/dialling.ts";
import { alice, bobsGhost, CallsWorld, carol, mallory } from "../../../support/matrix/CallsWorld.ts";

const forbidden = () => ({ kind: "forbidden" }) as const;
const noRule = { whoMayDial: forbidden, isDialable: () => true, hasRule: () => false };
const otherRule = { ...noRule, hasRule: () => true };

/** The ghosts that the user invited to rooms of their own and that joined. */
async function joinedOf(world: CallsWorld, user: MatrixUserId, count: number): Promise<number> {
    let joined = 0;
    for (let n = 0; n < count; n += 1) {
        const ghost = `@sip_=2b44207183${1_000 + n}:matrix.example` as MatrixUserId;
        const room = world.homeserver.createRoomOf(user, ghost);
        await world.settle();
        if (world.homeserver.membershipOf(room, ghost) === "join") joined += 1;
    }
    return joined;
}

const created = (world: CallsWorld): number => world.homeserver.requests.filter((what) => what === "register").length;

describe("ghosts invited by a user", () => {
    it("are not created for a user of another homeserver without a rule", async () => {
        const world = new CallsWorld({ dialPlan: noRule });
        expect(await joinedOf(world, carol, 30)).toBe(0);
        expect(created(world)).toBe(0);
        expect(new Set(world.telemetry.counted)).toEqual(new Set(["dropped from matrix: not_allowed"]));
    });

    it.each([
        ["a local user without a rule", noRule, mallory],
        ["a remote user whose rules are for other numbers", otherRule, carol],
    ])("are limited to the few that reject calls with a notice: %s", async (_who, dialPlan, user) => {
        const world = new CallsWorld({ dialPlan });
        expect(await joinedOf(world, user, 30)).toBe(5);
        expect(created(world)).toBe(5);
    });

    it("are limited per user and per server", async () => {
        const world = new CallsWorld();
        expect(await joinedOf(world, alice, 30)).toBe(20);
        const others = ["@a:elsewhere.example", "@b:elsewhere.example", "@c:elsewhere.example", "@d:elsewhere.example"];
        const joined = [];
        for (const user of others) joined.push(await joinedOf(world, user as MatrixUserId, 30));
        expect(joined).toEqual([20, 20, 20, 0]);
        world.clock.advance(60_000);
        expect(await joinedOf(world, alice, 1)).toBe(1);
    });

    it("join for a user whom their party has called, even if the user may not dial", async () => {
        const world = new CallsWorld({ dialPlan: noRule });
        const { leg } = await world.ringing(carol);
        await leg.end("cancelled");
        const room = world.homeserver.createRoomOf(carol, bobsGhost);
        await world.settle();
        expect(world.homeserver.membershipOf(room, bobsGhost)).toBe("join");
    });
});

describe("a ghost without business in a room", () => {
    it("leaves a group after ten minutes without a call", async () => {
        const world = new CallsWorld({
            dialPlan: { whoMayDial: allowedBy("carrier"), isDialable: () => true, hasRule: () => true },
        });
        const direct = await world.directRoom();
        const group = world.homeserver.createRoomOf(alice, bobsGhost, false);
        await world.settle();
        expect(world.homeserver.membershipOf(group, bobsGhost)).toBe("join");
        world.clock.advance(10 * 60_000);
        await world.settle();
        expect(world.homeserver.membershipOf(group, bobsGhost)).toBe("leave");
        expect(world.homeserver.membershipOf(direct, bobsGhost)).toBe("join");
    });

    it("does not keep a timer after the Matrix side has stopped", async () => {
        const world = new CallsWorld();
        await world.directRoom();
        const group = world.homeserver.createRoomOf(alice, bobsGhost, false);
        await world.settle();
        world.calls.invitations.stop();
        world.clock.advance(10 * 60_000);
        await world.settle();
        expect(world.homeserver.membershipOf(group, bobsGhost)).toBe("join");
    });

    it("stays in a group during a call", async () => {
        const world = new CallsWorld();
        await world.directRoom();
        const group = world.homeserver.createRoomOf(alice, bobsGhost, false);
        await world.settle();
        world.invite(group, "c1", { invitee: bobsGhost });
        await world.settle();
        world.clock.advance(10 * 60_000);
        await world.settle();
        expect(world.homeserver.membershipOf(group, bobsGhost)).toBe("join");
    });

    it("leaves a room whose user may not dial its number", async () => {
        const world = new CallsWorld({ dialPlan: noRule });
        const room = world.homeserver.createRoomOf(alice, bobsGhost);
        await world.settle();
        expect(world.homeserver.membershipOf(room, bobsGhost)).toBe("join");
        world.clock.advance(10 * 60_000);
        await world.settle();
        expect(world.homeserver.membershipOf(room, bobsGhost)).toBe("leave");
        expect(await world.directory.pairOf(room)).toBeUndefined();
    });
});
