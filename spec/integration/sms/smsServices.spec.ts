import { createHmac, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../../lab/world/freePort.ts";
import type { Message } from "../../../lib/message/Message.ts";
import { SmsCarrier } from "../../../lib/sms/SmsCarrier.ts";
import type { SmsProfile, SmsService } from "../../../lib/sms/SmsProfile.ts";
import { SMS_PATH, SmsWebhooks } from "../../../lib/sms/SmsWebhooks.ts";
import { telnyx } from "../../../lib/sms/telnyx.ts";
import { twilio } from "../../../lib/sms/twilio.ts";
import { systemClock } from "../../../lib/telemetry/systemClock.ts";
import { WebServer } from "../../../lib/web/WebServer.ts";
import { KeptIntake } from "../../support/message/KeptIntake.ts";
import { KeptMessageTelemetry } from "../../support/message/KeptMessageTelemetry.ts";
import { aMessage, alice } from "../../support/message/messages.ts";
import { KeptLog } from "../../support/quiet.ts";

interface Asked {
    readonly path: string;
    readonly authorization: string | undefined;
    readonly type: string | undefined;
    readonly body: string;
}

/** A service's API, as its public documentation describes it: it keeps requests and gives the next of its replies. */
class StandInService {
    readonly asked: Asked[] = [];
    readonly replies: { readonly status: number; readonly body: object; readonly headers?: Record<string, string> }[] =
        [];
    readonly #server: Server;

    constructor() {
        this.#server = createServer((request, response) => {
            const chunks: Buffer[] = [];
            request.on("data", (chunk: Buffer) => chunks.push(chunk));
            request.on("end", () => {
                const { authorization, "content-type": type } = request.headers;
                this.asked.push({
                    path: request.url ?? "",
                    authorization,
                    type,
                    body: Buffer.concat(chunks).toString(),
                });
                const { status, body, headers } = this.replies.shift() ?? { status: 500, body: {} };
                response
                    .writeHead(status, { "content-type": "application/json", ...headers })
                    .end(JSON.stringify(body));
            });
        });
    }

    async start(): Promise<string> {
        this.#server.listen(0, "127.0.0.1");
        await once(this.#server, "listening");
        return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    }

    stop(): void {
        this.#server.closeAllConnections();
        this.#server.close();
    }
}

describe("an SMS service over HTTP", () => {
    let api: StandInService;
    let apiUrl: string;
    let web: WebServer;
    let publicUrl: string;
    let intake: KeptIntake;
    const log = new KeptLog();
    const telemetry = new KeptMessageTelemetry();
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const telnyxKey = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");

    beforeEach(async () => {
        api = new StandInService();
        apiUrl = await api.start();
        intake = new KeptIntake();
        publicUrl = `http://127.0.0.1:${await freePort()}`;
    });
    afterEach(async () => {
        api.stop();
        await web.stop();
    });

    async function start(profile: SmsProfile, webhookKey: string): Promise<SmsCarrier> {
        const service: SmsService = {
            name: "sms",
            profile,
            apiUrl,
            account: "AC1",
            apiKey: "secret",
            webhookKey,
            senders: new Map([["@bob:matrix.example", "+442071838752"]]),
            sender: "+442071838751",
            fields: {},
        };
        const webhookUrl = (name: string): string => `${publicUrl}/${SMS_PATH}/${name}`;
        const webhooks = new SmsWebhooks({
            services: [service],
            webhookUrl,
            recipientOf: (dialled) =>
                dialled.kind === "number" && dialled.number === "+442071838751" ? alice : undefined,
            intake,
            limit: { perMinute: 60, burst: 10 },
            blocked: [],
            telemetry,
            clock: systemClock,
            log,
        });
        const handlers = new Map([[SMS_PATH, webhooks.serve.bind(webhooks)]]);
        web = new WebServer({ host: "127.0.0.1", port: Number(new URL(publicUrl).port), handlers, log });
        await web.start();
        const links = { linkTo: () => ({ url: "https://files.example/x", expiresAt: "" }) };
        return new SmsCarrier({ services: [service], webhookUrl, links, log });
    }

    const route = { kind: "networks", names: ["sms"] } as const;
    const attempt = (message: Message) => ({ message, attempt: 1, partsSent: 0, onPartsAccepted: () => undefined });

    async function post(body: string, headers: Record<string, string>): Promise<{ status: number; text: string }> {
        const response = await fetch(`${publicUrl}/sms/sms`, { method: "POST", body, headers });
        return { status: response.status, text: await response.text() };
    }

    describe("like Telnyx", () => {
        const signed = (body: string, key: KeyObject = privateKey, at = Date.now()): Record<string, string> => {
            const timestamp = String(Math.floor(at / 1_000));
            return {
                "telnyx-timestamp": timestamp,
                "telnyx-signature-ed25519": sign(null, Buffer.from(`${timestamp}|${body}`), key).toString("base64"),
            };
        };
        const received = (over: object = {}): string =>
            JSON.stringify({
                data: {
                    event_type: "message.received",
                    payload: {
                        id: "in-1",
                        from: { phone_number: "+442079460500" },
                        to: [{ phone_number: "+442071838751" }],
                        text: "Hello",
                        media: [],
                        ...over,
                    },
                },
            });

        it("sends a message with the API key, and takes its identifier", async () => {
            const carrier = await start(telnyx, telnyxKey);
            api.replies.push({ status: 200, body: { data: { id: "msg-1" } } });
            expect(await carrier.deliver(attempt(aMessage("Grüße")), route)).toEqual({
                kind: "accepted",
                reference: "sms msg-1",
                by: "network",
            });
            expect(api.asked).toMatchObject([
                { path: "/v2/messages", authorization: "Bearer secret", type: "application/json" },
            ]);
            expect(JSON.parse(api.asked[0]?.body ?? "")).toEqual({
                from: "+442071838751",
                to: "+442071838750",
                text: "Grüße",
                webhook_url: `${publicUrl}/sms/sms`,
            });
        });

        it("sends a file as MMS", async () => {
            const carrier = await start(telnyx, telnyxKey);
            api.replies.push({ status: 200, body: { data: { id: "msg-2" } } });
            const content = {
                kind: "file",
                uri: "mxc://x/y",
                name: "a.png",
                mediaType: "image/png",
                text: "Look",
            } as const;
            await carrier.deliver(attempt(aMessage("mms", "outbound", { content })), route);
            expect(JSON.parse(api.asked[0]?.body ?? "")).toMatchObject({
                text: "Look",
                media_urls: ["https://files.example/x"],
            });
        });

        it.each([
            [429, { "retry-after": "7" }, { kind: "unavailable", retryAfterMs: 7_000 }],
            [503, {}, { kind: "unavailable" }],
            [422, {}, { kind: "rejected", cause: "unknownRecipient" }],
            [401, {}, { kind: "rejected", cause: "rejected" }],
        ])("maps status %i", async (status, headers, expected) => {
            const carrier = await start(telnyx, telnyxKey);
            api.replies.push({ status, body: {}, headers });
            expect(await carrier.deliver(attempt(aMessage("x")), route)).toEqual(expected);
        });

        it("accepts a signed message once, and an unsigned, forged or old one never", async () => {
            await start(telnyx, telnyxKey);
            const body = received();
            expect((await post(body, {})).status).toBe(403);
            expect((await post(body, signed(body, generateKeyPairSync("ed25519").privateKey))).status).toBe(403);
            expect((await post(body, signed(body, privateKey, Date.now() - 600_000))).status).toBe(403);
            expect((await post(received({ text: "other" }), signed(body))).status).toBe(403);
            expect(intake.messages).toEqual([]);
            expect((await post(body, signed(body))).status).toBe(200);
            expect((await post(body, signed(body))).status).toBe(200);
            expect(intake.messages).toMatchObject([
                { direction: "inbound", user: alice, party: { number: "+442079460500" }, content: { text: "Hello" } },
            ]);
        });

        it("receives MMS as files", async () => {
            await start(telnyx, telnyxKey);
            const body = received({
                media: [{ url: "https://m.example/cat.png", content_type: "image/png", size: 5 }],
            });
            await post(body, signed(body));
            expect(intake.messages[0]?.content).toEqual({
                kind: "file",
                uri: "https://m.example/cat.png",
                name: "cat.png",
                mediaType: "image/png",
                bytes: 5,
                text: "Hello",
            });
        });

        it.each([
            ["delivered", "sms out-1 delivered"],
            ["delivery_failed", "sms out-1 notDelivered"],
        ])("reports that a message was %s", async (status, expected) => {
            await start(telnyx, telnyxKey);
            const payload = { id: "out-1", to: [{ phone_number: "+442079460500", status }] };
            const body = JSON.stringify({ data: { event_type: "message.finalized", payload } });
            await post(body, signed(body));
            expect(intake.receipts).toEqual([expected]);
        });

        it("confirms a message for a number that reaches no one, so that it is not repeated", async () => {
            await start(telnyx, telnyxKey);
            const body = received({ to: [{ phone_number: "+442071838799" }] });
            expect((await post(body, signed(body))).status).toBe(200);
            expect(intake.messages).toEqual([]);
        });
    });

    describe("like Twilio", () => {
        const signed = (params: Readonly<Record<string, string>>, key = "token"): Record<string, string> => {
            const text = `${publicUrl}/sms/sms${Object.entries(params)
                .sort(([a], [b]) => (a < b ? -1 : 1))
                .map(([name, value]) => name + value)
                .join("")}`;
            return {
                "x-twilio-signature": createHmac("sha1", key).update(text).digest("base64"),
                "content-type": "application/x-www-form-urlencoded",
            };
        };
        const received = {
            MessageSid: "SM1",
            From: "+442079460500",
            To: "+442071838751",
            Body: "Grüße & mehr",
            NumMedia: "0",
        };
        const form = (params: Readonly<Record<string, string>>): string => new URLSearchParams(params).toString();

        it("sends a message as a form, with the account and its token", async () => {
            const carrier = await start(twilio, "token");
            api.replies.push({ status: 201, body: { sid: "SM9", status: "queued" } });
            expect(await carrier.deliver(attempt(aMessage("a & b")), route)).toMatchObject({ reference: "sms SM9" });
            const [asked] = api.asked;
            expect(asked?.path).toBe("/2010-04-01/Accounts/AC1/Messages.json");
            expect(asked?.authorization).toBe(`Basic ${Buffer.from("AC1:secret").toString("base64")}`);
            expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
                From: "+442071838751",
                To: "+442071838750",
                Body: "a & b",
                StatusCallback: `${publicUrl}/sms/sms`,
            });
        });

        it("accepts a signed message, and answers with an empty TwiML document", async () => {
            await start(twilio, "token");
            expect((await post(form(received), signed(received, "wrong"))).status).toBe(403);
            const { status, text } = await post(form(received), signed(received));
            expect(status).toBe(200);
            expect(text).toContain("<Response/>");
            expect(intake.messages).toMatchObject([{ content: { text: "Grüße & mehr" } }]);
        });

        it("receives MMS as files", async () => {
            await start(twilio, "token");
            const mms = {
                ...received,
                NumMedia: "1",
                MediaUrl0: "https://m.example/1",
                MediaContentType0: "image/jpeg",
            };
            await post(form(mms), signed(mms));
            expect(intake.messages).toMatchObject([
                { content: { kind: "file", uri: "https://m.example/1", mediaType: "image/jpeg" } },
            ]);
        });

        it("reports delivery and failure", async () => {
            await start(twilio, "token");
            for (const MessageStatus of ["sent", "delivered", "undelivered"]) {
                const params = { MessageSid: "SM9", MessageStatus };
                await post(form(params), signed(params));
            }
            expect(intake.receipts).toEqual(["sms SM9 delivered", "sms SM9 notDelivered"]);
        });
    });
});
