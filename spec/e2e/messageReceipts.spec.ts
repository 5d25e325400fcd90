import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MatrixMessenger } from "../../lab/world/MatrixMessenger.ts";
import { MessageWorld } from "../../lab/world/MessageWorld.ts";
import { composeCpim, parseCpim } from "../../lib/sip/message/format/cpim.ts";
import { composeImdn, parseImdn } from "../../lib/sip/message/format/imdn.ts";
import { composeIsComposing, parseIsComposing } from "../../lib/sip/message/format/isComposing.ts";

const ghost = "@sip_=2b442079460500:matrix.example";
const toAlice = "sip:+442079460101@127.0.0.1";
const number = "sip:+442079460500@127.0.0.1";
const png = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
);

describe("receipts, typing and files", () => {
    let world: MessageWorld;
    let alice: MatrixMessenger;

    beforeAll(async () => {
        world = await MessageWorld.start({
            configure: (config, { webPort }) => ({
                ...config,
                messaging: {
                    ...(config["messaging"] as object),
                    readReceipts: true,
                    typing: true,
                    reactions: true,
                    web: { listen: `127.0.0.1:${webPort}`, publicUrl: `http://127.0.0.1:${webPort}` },
                },
            }),
        });
        alice = await world.openMessenger("alice");
    });
    afterAll(() => world.stop());

    const send = (body: string | Uint8Array, contentType: string): string =>
        world.trunk.send(world.bridge.sip.port, { to: toAlice, body, contentType });
    const cpim = (messageId: string, content: string, contentType = "text/plain;charset=utf-8", asks = true): string =>
        composeCpim({
            from: number,
            to: toAlice,
            dateTime: "2026-11-29T12:00:00Z",
            messageId,
            dispositions: asks ? ["positive-delivery", "display"] : [],
            contentType,
            content,
        });

    it("notifies the sender of a CPIM message of delivery and display, if it asks for both", async () => {
        send(cpim("ask-1", "Please confirm"), "message/cpim");
        const seen = await alice.sees("Please confirm");
        const delivered = await world.trunk.receives(/<delivered\/>/);
        expect(delivered.contentType).toBe("message/cpim");
        expect(parseImdn(delivered.body.slice(delivered.body.indexOf("<?xml")))).toEqual({
            messageId: "ask-1",
            news: "delivered",
        });
        await alice.read(seen);
        expect((await world.trunk.receives(/<displayed\/>/)).body).toContain("ask-1");
    });

    it("writes CPIM with requests for receipts to a trunk that has used it, and shows that the message was read", async () => {
        const { room } = await alice.sees("Please confirm");
        const eventId = await alice.say(room, "And you?");
        const received = await world.trunk.receives(/And you\?/);
        const message = parseCpim(received.body.split("\r\n\r\n")[0] ?? "");
        expect([...(message?.dispositions ?? [])]).toContain("display");
        const notification = composeImdn(message?.messageId ?? "", "2026-11-29T12:00:00Z", "displayed");
        send(cpim("n-1", notification, "message/imdn+xml", false), "message/cpim");
        await alice.seesReceipt(eventId, ghost);
    });

    it("sends the same message as plain text after a 415, and stays with plain text", async () => {
        const { room } = await alice.sees("Please confirm");
        world.trunk.answerNext("415 Unsupported Media Type");
        await alice.say(room, "without envelope");
        await world.trunk.receives("without envelope");
        await alice.say(room, "still without");
        await world.trunk.receives("still without");
    });

    it("shows typing in both directions", async () => {
        const { room } = await alice.sees("Please confirm");
        send(composeIsComposing({ state: "active", holdsMs: 60_000 }), "application/im-iscomposing+xml");
        await alice.seesTyping(ghost);
        await alice.type(room, true);
        const { contentType, body } = await world.trunk.receives(/isComposing/);
        expect(contentType).toBe("application/im-iscomposing+xml");
        expect(parseIsComposing(body)?.state).toBe("active");
    });

    it("sends an image as a link that serves it as an attachment, and nothing for a changed link", async () => {
        const { room } = await alice.sees("Please confirm");
        const url = await alice.upload(png, "image/png", "dot.png");
        await alice.send(room, {
            msgtype: "m.image",
            url,
            body: "dot.png",
            info: { mimetype: "image/png", size: png.length },
        });
        const { body } = await world.trunk.receives(/dot\.png/);
        const link = /http:\S+/.exec(body)?.[0] ?? "";
        const response = await fetch(link);
        expect(response.status).toBe(200);
        expect(response.headers.get("content-disposition")).toMatch(/^attachment/);
        expect(Buffer.from(await response.arrayBuffer())).toEqual(png);
        const changed = link.replace(/files\/(.)/, (_, first: string) => `files/${first === "A" ? "B" : "A"}`);
        expect((await fetch(changed)).status).toBe(404);
    });

    it("shows an image of a multipart message", async () => {
        const parts = [
            "--b",
            "Content-Type: image/png",
            "Content-Transfer-Encoding: base64",
            "",
            png.toString("base64"),
            "--b--",
            "",
        ];
        send(parts.join("\r\n"), "multipart/mixed;boundary=b");
        const seen = await alice.sees(({ msgtype }) => msgtype === "m.image");
        expect(seen.content["info"]).toMatchObject({ mimetype: "image/png", size: png.length });
    });

    it("quotes what a reply answers, and marks an edit", async () => {
        const { room, eventId } = await alice.sees("Please confirm");
        await alice.send(room, {
            msgtype: "m.text",
            body: "Yes",
            "m.relates_to": { "m.in_reply_to": { event_id: eventId } },
        });
        await world.trunk.receives("> Please confirm\r\nYes");
        const sent = await alice.say(room, "a tyop");
        await alice.send(room, {
            msgtype: "m.text",
            body: "* a typo",
            "m.new_content": { msgtype: "m.text", body: "a typo" },
            "m.relates_to": { rel_type: "m.replace", event_id: sent },
        });
        await world.trunk.receives("* a typo");
    });

    it("splits a long text into numbered parts of 1,300 bytes with headers", async () => {
        const { room } = await alice.sees("Please confirm");
        await alice.say(room, "palabra ".repeat(300));
        const first = await world.trunk.receives(/^\(1\/\d+\) palabra/);
        expect(Buffer.byteLength(first.body)).toBeLessThan(1_300);
        const count = Number(/^\(1\/(\d+)\)/.exec(first.body)?.[1]);
        await world.trunk.receives(new RegExp(`^\\(${count}/${count}\\) `));
    });

    it("shows an image that is the body of a message, as it is or within CPIM", async () => {
        const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46, 0x0d, 0x0a, 0xff, 0xd9]);
        send(jpeg, 'image/jpeg;name="raw.jpeg"');
        const raw = await alice.sees(({ body }) => body === "raw.jpeg");
        expect(raw).toMatchObject({ msgtype: "m.image", content: { info: { mimetype: "image/jpeg", size: 14 } } });
        expect(await alice.download(String(raw.content["url"]))).toEqual(jpeg);
        const head = cpim("raw-1", "", 'image/jpeg;name="in-cpim.jpeg"').replace(/Content-Length: 0\r\n/, "");
        send(Buffer.concat([Buffer.from(head), jpeg]), "message/cpim");
        const inCpim = await alice.sees(({ body }) => body === "in-cpim.jpeg");
        expect(await alice.download(String(inCpim.content["url"]))).toEqual(jpeg);
    });

    it("shows one notice when voice messages wait, and one when none do any more", async () => {
        const notify = (state: string): string =>
            world.trunk.send(world.bridge.sip.port, {
                method: "NOTIFY",
                to: toAlice,
                headers: ["Event: message-summary", "Subscription-State: active"],
                contentType: "application/simple-message-summary",
                body: `Messages-Waiting: ${state}\r\nVoice-Message: ${state === "yes" ? 2 : 0}/0\r\n`,
            });
        for (const state of ["yes", "yes", "no"]) {
            expect((await world.trunk.response(notify(state))).status).toBe(200);
        }
        await alice.sees("You have no new voice messages.");
        expect(alice.messages.filter(({ body }) => body === "You have 2 new voice messages.")).toHaveLength(1);
    });
});
