import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FederatedWorld, homeservers } from "../../lab/world/FederatedWorld.ts";
import type { MatrixMessenger } from "../../lab/world/MatrixMessenger.ts";
import type { SipMessenger, WireResponse } from "../../lab/world/SipMessenger.ts";
import { loopback } from "../../lab/world/freePort.ts";

const { ours, other } = homeservers;
const reconnectMs = 40_000;

describe("messages of users of another homeserver", () => {
    let world: FederatedWorld;
    let bob: MatrixMessenger;
    let carol: MatrixMessenger;
    let trunk: SipMessenger;

    beforeAll(async () => {
        world = await FederatedWorld.start({
            configure: (config) => ({
                ...config,
                messaging: {
                    allow: [{ users: [`@bob:${other}`], numbers: ["+44*"] }],
                    perMinute: 1000,
                    burst: 500,
                },
            }),
        });
        bob = await world.openOtherMessenger("bob");
        carol = await world.openOtherMessenger("carol");
        trunk = await world.openTrunkMessenger();
    });
    afterEach(() => {
        for (const name of [ours, other]) world.link.set(name, "open");
    });
    afterAll(() => world.stop());

    function write(user: string, body: string, number = "+442079460500"): Promise<WireResponse> {
        const from = `sip:${number}@${loopback}:${trunk.port}`;
        return trunk.response(trunk.send(world.bridge.sip.port, { to: `sip:${user}@other.example`, body, from }));
    }
    const bodies = (messenger: MatrixMessenger, prefix: string): readonly string[] =>
        messenger.messages.map(({ body }) => body).filter((body) => body.startsWith(prefix));
    const numbered = (prefix: string): string[] => Array.from({ length: 5 }, (_, n) => `${prefix} ${n}`);

    it("delivers the first message of a number to the user, and the answer to the number", async () => {
        expect((await write("bob", "Hello Bob")).status).toBeLessThan(203);
        const seen = await bob.sees("Hello Bob");
        expect(seen.sender).toBe(`@sip_=2b442079460500:${ours}`);
        await bob.say(seen.room, "Hello from the other homeserver");
        await trunk.receives("Hello from the other homeserver");
    });

    it("delivers a message that the user writes to a number first", async () => {
        const room = await bob.openRoomWith(`@sip_=2b442079460777:${ours}`);
        await bob.say(room, "Bob writes first");
        expect((await trunk.receives("Bob writes first")).to).toContain("+442079460777");
    });

    it("delivers all that the user writes while the number is still joining the room, once and in order", async () => {
        for (const name of [ours, other]) world.link.set(name, { delayMs: 100 });
        const ghost = `@sip_=2b442079460778:${ours}`;
        const room = await bob.openRoomWith(ghost);
        const written: string[] = [];
        const write = async (): Promise<void> => {
            const body = `while joining ${written.length}`;
            written.push(body);
            await bob.say(room, body);
        };
        // faster than a person types
        while (!bob.seesJoined(room, ghost) && written.length < 8) {
            await write();
            await delay(60);
        }
        await write();
        await trunk.receives(written.at(-1) ?? "");
        const received = trunk.received.map(({ body }) => body).filter((body) => body.startsWith("while joining"));
        expect(received).toEqual(written);
    }, 60_000);

    it("notifies a user of the other homeserver who has no permission, and sends nothing", async () => {
        await write("carol", "Hello Carol");
        const { room } = await carol.sees("Hello Carol");
        await carol.say(room, "Carol may not");
        await carol.sees(/permission to send messages/);
        expect(trunk.received.map(({ body }) => body)).not.toContain("Carol may not");
    });

    it("delivers what was written in both directions while the network was cut, once and in order", async () => {
        const { room } = await bob.sees("Hello Bob");
        for (const name of [ours, other]) world.link.set(name, "refused");
        for (const body of numbered("cut in")) expect((await write("bob", body)).status).toBeLessThan(203);
        for (const body of numbered("cut out")) await bob.say(room, body);
        expect(bodies(bob, "cut in")).toEqual([]);
        expect(trunk.received.filter(({ body }) => body.startsWith("cut out"))).toEqual([]);
        for (const name of [ours, other]) world.link.set(name, "open");
        await bob.sees("cut in 4", reconnectMs);
        await trunk.receives("cut out 4", reconnectMs);
        expect(bodies(bob, "cut in")).toEqual(numbered("cut in"));
        expect(trunk.received.map(({ body }) => body).filter((body) => body.startsWith("cut out"))).toEqual(
            numbered("cut out"),
        );
    }, 90_000);

    it("keeps the first message of a number while the other homeserver cannot be reached", async () => {
        world.link.set(other, "refused");
        expect((await write("bob", "first while away", "+442079460600")).status).toBe(202);
        world.link.set(other, "open");
        const seen = await bob.sees("first while away", reconnectMs);
        expect(seen.sender).toBe(`@sip_=2b442079460600:${ours}`);
        expect(bodies(bob, "first while away")).toHaveLength(1);
    }, 60_000);
});
