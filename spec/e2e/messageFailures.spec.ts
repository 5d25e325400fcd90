import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../lab/world/until.ts";
import type { MatrixMessenger, SeenMessage } from "../../lab/world/MatrixMessenger.ts";
import { MessageWorld } from "../../lab/world/MessageWorld.ts";
import { composeCpim } from "../../lib/sip/message/format/cpim.ts";

const toAlice = "sip:+442079460101@127.0.0.1";

describe("messages while parts of the world fail", () => {
    let world: MessageWorld;
    let alice: MatrixMessenger;
    let room: string;

    beforeAll(async () => {
        world = await MessageWorld.start();
        alice = await world.openMessenger("alice");
        world.trunk.send(world.bridge.sip.port, { to: toAlice, body: "first" });
        ({ room } = await alice.sees("first"));
    });
    afterAll(() => world.stop());

    const seen = (prefix: string): readonly SeenMessage[] =>
        alice.messages.filter(({ body }) => body.startsWith(prefix));
    const numbered = (prefix: string, count: number): string[] =>
        Array.from({ length: count }, (_, n) => `${prefix} ${n}`);

    const cpim = (messageId: string, content: string): string =>
        composeCpim({
            from: "sip:+442079460500@127.0.0.1",
            to: toAlice,
            dateTime: "2026-11-29T12:00:00Z",
            messageId,
            dispositions: ["negative-delivery"],
            contentType: "text/plain",
            content,
        });

    it("accepts messages with 202 while the homeserver is down, survives kill -9, and delivers each once and in order", async () => {
        await world.synapse.stop();
        const callIds: string[] = [];
        for (const body of numbered("down", 30)) {
            const callId = world.trunk.send(world.bridge.sip.port, { to: toAlice, body });
            expect((await world.trunk.response(callId)).status).toBe(202);
            callIds.push(callId);
        }
        const expiring = world.trunk.send(world.bridge.sip.port, {
            to: toAlice,
            body: cpim("late-1", "expired"),
            contentType: "message/cpim",
            headers: ["Expires: 2"],
        });
        expect((await world.trunk.response(expiring)).status).toBe(202);
        await world.bridge.kill();
        await world.synapse.restart();
        await world.bridge.start();
        await alice.sees("down 29", 60_000);
        // its sender is notified, and Alice does not see it
        expect((await world.trunk.receives(/<failed\/>/)).body).toContain("late-1");
        expect(seen("expired")).toEqual([]);
        // the trunk does not get CPIM, which it has used there, in the next scenarios
        world.trunk.answerNext("415 Unsupported Media Type");
        await alice.say(room, "plain from now on");
        await world.trunk.receives("plain from now on");
        expect(seen("down").map(({ body }) => body)).toEqual(numbered("down", 30));
        // a sender that has missed the responses repeats the requests
        for (const [n, callId] of callIds.entries()) {
            world.trunk.responses.delete(callId);
            world.trunk.send(world.bridge.sip.port, { to: toAlice, body: `down ${n}`, callId });
        }
        for (const callId of callIds) expect((await world.trunk.response(callId)).status).toBe(200);
        world.trunk.send(world.bridge.sip.port, { to: toAlice, body: "after down" });
        await alice.sees("after down");
        expect(seen("down")).toHaveLength(30);
    }, 120_000);

    it("sends messages to a peer that is down once it is back, in order, and after kill -9 too", async () => {
        world.trunk.answerAlways("none");
        for (const body of numbered("peer", 10)) await alice.say(room, body);
        await world.trunk.receives("peer 0");
        await world.bridge.kill();
        world.trunk.received.length = 0;
        world.trunk.answerAlways("200 OK");
        await world.bridge.start();
        await world.trunk.receives("peer 9", 60_000);
        expect(world.trunk.received.map(({ body }) => body)).toEqual(numbered("peer", 10));
        // the first one had been sent before: a recipient that has it recognises the Call-ID and CSeq
        const [again] = world.trunk.received;
        expect(again?.cseq).toMatch(/^11 MESSAGE$/);
    }, 120_000);

    it("keeps the order of messages whose attempts fail in turn", async () => {
        world.trunk.received.length = 0;
        world.trunk.answerNext("200 OK", "503 Service Unavailable\r\nRetry-After: 1", "200 OK", "500 Server Error");
        for (const body of numbered("order", 5)) await alice.say(room, body);
        await world.trunk.receives("order 4", 30_000);
        await until(() => (world.trunk.received.length >= 7 ? true : undefined), {
            what: "all attempts",
            timeoutMs: 30_000,
        });
        const bodies = world.trunk.received.map(({ body }) => body);
        expect([...new Set(bodies)]).toEqual(numbered("order", 5));
        expect(bodies).toHaveLength(7);
    }, 60_000);
});
