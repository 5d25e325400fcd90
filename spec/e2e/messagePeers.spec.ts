import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Baresip } from "../../lab/world/Baresip.ts";
import { Chromium } from "../../lab/world/Chromium.ts";
import { freePort, loopback } from "../../lab/world/freePort.ts";
import type { JsSipPage } from "../../lab/world/JsSipPage.ts";
import type { MatrixMessenger } from "../../lab/world/MatrixMessenger.ts";
import { MessageServer } from "../../lab/world/MessageServer.ts";
import { MessageWorld } from "../../lab/world/MessageWorld.ts";
import { SipMessenger } from "../../lab/world/SipMessenger.ts";
import { startSipp } from "../support/sip-server/sipp.ts";

const password = "correct-horse";
const number = { baresip: "+442079460101", browser: "+442079460102", carol: "+442079460103" } as const;

describe("messages of", () => {
    let world: MessageWorld;
    let carol: MatrixMessenger;
    let webSocketPort: number;
    let serverPort: number;
    let sippPort: number;

    beforeAll(async () => {
        [webSocketPort, serverPort, sippPort] = [await freePort(), await freePort(), await freePort()];
        const account = (username: string, user: string): object => ({
            username,
            password,
            user: `@${user}:matrix.example`,
            media: "webrtc",
        });
        world = await MessageWorld.start({
            configure: (config) => ({
                ...config,
                sip: {
                    listen: [
                        ...(config["sip"] as { readonly listen: readonly string[] }).listen,
                        `ws:${loopback}:${webSocketPort}`,
                    ],
                    registrar: { algorithms: ["MD5"] },
                },
                accounts: [account("desk", "alice"), account("page", "bob")],
                // what comes over TCP from the host of several trunks counts as the first one's
                trunks: [
                    {
                        name: "silo",
                        address: `${loopback}:${serverPort}`,
                        prefixes: ["+4930"],
                        probeSeconds: 0,
                        media: "webrtc",
                    },
                    {
                        name: "sipp",
                        address: `${loopback}:${sippPort}`,
                        prefixes: ["+4931"],
                        probeSeconds: 0,
                        media: "webrtc",
                    },
                    ...(config["trunks"] as readonly object[]),
                ],
                numbers: {
                    defaultCountry: "GB",
                    map: {
                        [number.baresip]: "@alice:matrix.example",
                        [number.browser]: "@bob:matrix.example",
                        [number.carol]: "@carol:matrix.example",
                    },
                },
                messaging: {
                    ...(config["messaging"] as object),
                    allow: [{ users: ["@*:matrix.example"], numbers: ["*"] }],
                },
            }),
        });
        carol = await world.openMessenger("carol");
        await world.openMessenger("alice");
        await world.openMessenger("bob");
    });
    afterAll(() => world.stop());

    const countOf = (body: string): number => carol.messages.filter((message) => message.body === body).length;

    async function startBaresip(): Promise<Baresip> {
        const phone = await Baresip.start({
            toneHz: 440,
            account: "sip:desk@matrix.example",
            accountParameters: `;outbound="sip:${loopback}:${world.bridge.sip.port}";auth_pass="${password}"`,
            contact: `sip:${number.carol}@matrix.example`,
            mailbox: "subscribed",
        });
        world.keep(phone);
        await phone.isRegistered();
        return phone;
    }

    it("baresip, registered over UDP, arrive in both directions", async () => {
        const phone = await startBaresip();
        phone.write("Hello Carol from baresip, grüße");
        const { room } = await carol.sees("Hello Carol from baresip, grüße");
        await carol.say(room, "Hello baresip from Carol");
        await phone.reads("Hello baresip from Carol");
        expect(countOf("Hello Carol from baresip, grüße")).toBe(1);
        await phone.stop();
    }, 60_000);

    it("a mailbox reach baresip, which subscribes to its state", async () => {
        const phone = await startBaresip();
        await phone.seesMailbox("no");
        const notice = world.trunk.send(world.bridge.sip.port, {
            method: "NOTIFY",
            to: `sip:${number.baresip}@${loopback}`,
            headers: ["Event: message-summary", "Subscription-State: active"],
            contentType: "application/simple-message-summary",
            body: "Messages-Waiting: yes\r\nVoice-Message: 3/1\r\n",
        });
        expect((await world.trunk.response(notice)).status).toBe(200);
        await phone.seesMailbox("yes");
        await phone.stop();
    }, 60_000);

    it("jsSIP in Chromium, registered over WebSocket, arrive in both directions", async () => {
        const chromium = world.keep(await Chromium.start());
        const page: JsSipPage = await chromium.openPhone({
            server: `ws://${loopback}:${webSocketPort}`,
            address: "sip:page@matrix.example",
            password,
            toneHz: 440,
        });
        await page.write(`sip:${number.carol}@matrix.example`, "Hello Carol from the page 👋");
        const { room } = await carol.sees("Hello Carol from the page 👋");
        // over a WebSocket a long text is one request
        const long = "palabra ".repeat(400).trim();
        await carol.say(room, long);
        await page.reads(long);
        await page.stop();
    }, 60_000);

    it("SIPp arrive in both directions", async () => {
        const sender = await startSipp({
            scenario: "messages-to-carol",
            transport: "udp",
            server: world.bridge.sip.port,
            port: sippPort,
            calls: 20,
        });
        await sender.passes();
        for (let n = 1; n <= 20; n += 1) await carol.sees(`sipp ${n}`);
        expect(carol.messages.filter(({ body }) => body.startsWith("sipp "))).toHaveLength(20);
        const recipient = await startSipp({ scenario: "message-callee", transport: "udp", port: sippPort, calls: 5 });
        const { room } = await carol.sees("sipp 1");
        for (let n = 1; n <= 5; n += 1) await carol.say(room, `to sipp ${n}`);
        await recipient.passes();
    }, 60_000);

    describe("Kamailio that stores and forwards (msilo)", () => {
        let server: MessageServer;
        let network: SipMessenger;
        const from = "sip:+493012345678@carrier.example";
        const to = `sip:${number.carol}@matrix.example`;

        beforeAll(async () => {
            network = world.keep(await SipMessenger.start(await freePort()));
            server = world.keep(await MessageServer.start(serverPort, world.bridge.sip.port, network.port));
        });

        it("arrive when the server forwards them, in order and once, after the bridge was down", async () => {
            await world.bridge.stop();
            for (let n = 0; n < 5; n += 1) {
                const kept = network.send(server.port, { to, from, body: `stored ${n}` });
                expect((await network.response(kept)).status).toBe(202);
            }
            await world.bridge.start();
            network.send(server.port, { method: "OPTIONS", to, from, body: "" });
            await carol.sees(/stored 4/);
            // the server says since when it has kept a message
            const stored = carol.messages.filter(({ body }) => body.includes("stored "));
            expect(stored.map(({ body }) => /stored \d/.exec(body)?.[0])).toEqual(
                [0, 1, 2, 3, 4].map((n) => `stored ${n}`),
            );
        }, 60_000);

        it("arrive once if the server sends a request on two branches", async () => {
            const sent = network.send(server.port, { to, from, body: "twice, but read once" });
            expect((await network.response(sent)).status).toBeLessThan(203);
            await carol.sees("twice, but read once");
            network.send(server.port, { to, from, body: "twice, again" });
            await carol.sees("twice, again");
            expect(countOf("twice, but read once")).toBe(1);
        });

        it("arrive once if the server delays one past the next", async () => {
            const late = network.send(server.port, { to, from, body: "late, but not lost" });
            const next = network.send(server.port, { to, from, body: "twice, and before it" });
            for (const callId of [late, next]) expect((await network.response(callId)).status).toBeLessThan(203);
            await carol.sees("late, but not lost");
            expect(countOf("late, but not lost")).toBe(1);
            expect(countOf("twice, and before it")).toBe(1);
        });

        it("are sent over TCP if they are long and the server has used TCP", async () => {
            const { room } = await carol.sees(/stored 4/);
            const long = "palabra ".repeat(400).trim();
            await carol.say(room, `in parts ${long}`);
            await network.receives(/^\(1\/\d\) in parts/);
            network.send(server.port, { to, from, body: "over TCP" });
            await carol.sees("over TCP");
            await carol.say(room, `whole ${long}`);
            await network.receives(`whole ${long}`);
        });

        it("are passed on to the network by the server", async () => {
            const { room } = await carol.sees(/stored 4/);
            await carol.say(room, "Hello through Kamailio");
            expect((await network.receives("Hello through Kamailio")).to).toContain("+493012345678");
        });
    });
});
