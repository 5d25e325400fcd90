import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { makeRunDirectory } from "../../lab/labFolder.ts";
import { freePort } from "../../lab/world/freePort.ts";
import type { MatrixMessenger } from "../../lab/world/MatrixMessenger.ts";
import { MessageWorld } from "../../lab/world/MessageWorld.ts";
import { FileLinkServer } from "../../lib/matrix/messages/FileLinkServer.ts";
import { composeRcsFile, parseRcsFile, RCS_FILE_MEDIA_TYPE } from "../../lib/sip/message/format/rcsFileTransfer.ts";
import { systemClock } from "../../lib/telemetry/systemClock.ts";
import { makeCertificates } from "../support/sip-server/testCertificates.ts";
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
    /** The file server of an RCS network, by HTTPS. */
    let rcs: Server;
    let rcsPort: number;
    let publicUrl: string;

    beforeAll(async () => {
        rcsPort = await freePort();
        const { ca, rcsServer } = makeCertificates({ rcsServer: "IP:127.0.0.1" });
        const caFile = join(makeRunDirectory("rcs"), "ca.pem");
        writeFileSync(caFile, ca);
        rcs = createServer({ cert: rcsServer.certificate, key: rcsServer.key }, (request, response) => {
            if (request.url === "/cat.png") response.writeHead(200, { "Content-Type": "image/png" }).end(png);
            else response.writeHead(404).end();
        }).listen(rcsPort, "127.0.0.1");
        world = await MessageWorld.start({
            env: { NODE_EXTRA_CA_CERTS: caFile },
            configure: (config, { webPort }) => ({
                ...config,
                messaging: {
                    ...(config["messaging"] as object),
                    readReceipts: true,
                    typing: true,
                    reactions: true,
                    web: { listen: `127.0.0.1:${webPort}`, publicUrl: (publicUrl = `http://127.0.0.1:${webPort}`) },
                    files: { allowedHosts: [`127.0.0.1:${rcsPort}`] },
                },
            }),
        });
        alice = await world.openMessenger("alice");
    });
    afterAll(async () => {
        rcs.close();
        await world.stop();
    });

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

    it("serves nothing for a link that has expired (410)", async () => {
        const { as_token: secret } = parse(readFileSync(world.bridge.registrationFile, "utf8")) as { as_token: string };
        const validMs = 3_600_000;
        const links = new FileLinkServer({} as never, { publicUrl, secret, validMs, maxBytes: 1 }, systemClock);
        const url = await alice.upload(png, "image/png", "old.png");
        const file = { kind: "file", uri: url, name: "old.png", mediaType: "image/png", text: "" } as const;
        const statusOf = async (acceptedAt: number): Promise<number> =>
            (await fetch(links.linkTo("m-1", file, acceptedAt).url)).status;
        expect(await statusOf(Date.now())).toBe(200);
        expect(await statusOf(Date.now() - validMs - 1)).toBe(410);
    });

    it("shows a file of an RCS peer, and sends files to it by RCS file transfer", async () => {
        const describing = (path: string): string =>
            composeRcsFile(
                { kind: "file", uri: "", name: "cat.png", mediaType: "image/png", bytes: png.length, text: "" },
                `https://127.0.0.1:${rcsPort}${path}`,
                "2027-01-01T00:00:00Z",
            );
        send(describing("/cat.png"), RCS_FILE_MEDIA_TYPE);
        const { room, content } = await alice.sees(({ body }) => body === "cat.png");
        expect(content["info"]).toMatchObject({ mimetype: "image/png", size: png.length });
        expect(await alice.download(String(content["url"]))).toEqual(png);
        const url = await alice.upload(png, "image/png", "reply.png");
        await alice.send(room, { msgtype: "m.image", url, body: "reply.png", info: { mimetype: "image/png" } });
        const received = await world.trunk.receives(/reply\.png/);
        expect(received.contentType).toBe(RCS_FILE_MEDIA_TYPE);
        const sent = parseRcsFile(received.body);
        expect(sent).toMatchObject({ name: "reply.png", mediaType: "image/png" });
        expect(Buffer.from(await (await fetch(sent?.uri ?? "")).arrayBuffer())).toEqual(png);
        // what its network does not have any more is shown as a link
        send(describing("/gone.png"), RCS_FILE_MEDIA_TYPE);
        await alice.sees(`cat.png\nhttps://127.0.0.1:${rcsPort}/gone.png`);
    });

    it.each([
        ["SUBSCRIBE", "presence", 489],
        ["PUBLISH", "presence", 489],
        ["SUBSCRIBE", "dialog", 489],
        ["NOTIFY", "presence", 481],
    ])("responds to %s of %s with %i, because presence is not supported", async (method, event, status) => {
        const headers = [`Event: ${event}`, "Expires: 600", `Contact: <${number}>`];
        const callId = world.trunk.send(world.bridge.sip.port, { method, to: toAlice, headers, body: "" });
        expect((await world.trunk.response(callId)).status).toBe(status);
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
