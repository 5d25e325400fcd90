import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MatrixMessenger } from "../../lab/world/MatrixMessenger.ts";
import { MessageWorld } from "../../lab/world/MessageWorld.ts";

const ghost = "@sip_=2b442079460500:matrix.example";
const toAlice = "sip:+442079460101@127.0.0.1";

describe("messages between a trunk and Matrix", () => {
    let world: MessageWorld;
    let alice: MatrixMessenger;
    let bob: MatrixMessenger;

    beforeAll(async () => {
        world = await MessageWorld.start();
        alice = await world.openMessenger("alice");
        bob = await world.openMessenger("bob");
    });
    afterAll(() => world.stop());

    it("creates the ghost and the room for the first message of a number, and delivers it", async () => {
        const callId = world.trunk.send(world.bridge.sip.port, { to: toAlice, body: "Hello Alice 👋" });
        const seen = await alice.sees("Hello Alice 👋");
        expect(seen).toMatchObject({ sender: ghost, msgtype: "m.text" });
        expect((await world.trunk.response(callId)).status).toBeLessThan(203);
    });

    it("delivers a reply to the number", async () => {
        const { room } = await alice.sees("Hello Alice 👋");
        await alice.say(room, "Grüße zurück");
        const received = await world.trunk.receives("Grüße zurück");
        expect(received).toMatchObject({ contentType: "text/plain;charset=UTF-8" });
        expect(received.from).toContain("sip:+442079460101@");
    });

    it("delivers a repeated request once", async () => {
        const once = { to: toAlice, body: "only once", callId: "repeated@lab" };
        world.trunk.send(world.bridge.sip.port, once);
        await alice.sees("only once");
        expect((await world.trunk.response(once.callId)).status).toBe(200);
        world.trunk.responses.clear();
        world.trunk.send(world.bridge.sip.port, once);
        // RFC 3261, section 8.2.2.2
        expect((await world.trunk.response(once.callId)).status).toBe(482);
        expect(alice.messages.filter(({ body }) => body === "only once")).toHaveLength(1);
    });

    it("rejects an unknown recipient with 404 and an unknown type with 415 and Accept", async () => {
        const unknown = world.trunk.send(world.bridge.sip.port, { to: "sip:+442079460199@127.0.0.1", body: "x" });
        expect((await world.trunk.response(unknown)).status).toBe(404);
        const sms = { to: toAlice, body: "x", contentType: "application/vnd.3gpp.sms" };
        const response = await world.trunk.response(world.trunk.send(world.bridge.sip.port, sms));
        expect(response.status).toBe(415);
        expect(response.headers.get("accept")).toContain("message/cpim");
    });

    it("notifies a user without permission, and sends nothing", async () => {
        world.trunk.send(world.bridge.sip.port, { to: "sip:+442079460102@127.0.0.1", body: "Hello Bob" });
        const { room } = await bob.sees("Hello Bob");
        await bob.say(room, "Bob may not");
        const notice = await bob.sees(/permission to send messages/);
        expect(notice).toMatchObject({ sender: ghost, msgtype: "m.notice" });
        expect(world.trunk.received.map(({ body }) => body)).not.toContain("Bob may not");
    });

    it("repeats a message as Retry-After says, with the same Call-ID", async () => {
        const { room } = await alice.sees("Hello Alice 👋");
        world.trunk.answerNext("503 Service Unavailable\r\nRetry-After: 3");
        await alice.say(room, "try again");
        const first = await world.trunk.receives("try again");
        const all = (): typeof world.trunk.received => world.trunk.received.filter(({ body }) => body === "try again");
        const second = await world.trunk.receives((message) => message.body === "try again" && message !== first);
        expect(second.at - first.at).toBeGreaterThanOrEqual(2_900);
        expect(second.callId).toBe(first.callId);
        expect(all()).toHaveLength(2);
    });

    it("tells the user in the room why a message was not delivered", async () => {
        const { room } = await alice.sees("Hello Alice 👋");
        world.trunk.answerNext("404 Not Found");
        const eventId = await alice.say(room, "no recipient there");
        const notice = await alice.sees(/wasn't delivered/);
        expect(notice.content["m.relates_to"]).toEqual({ "m.in_reply_to": { event_id: eventId } });
    });
});
