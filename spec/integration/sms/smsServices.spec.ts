import { createHmac, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { telnyx } from "../../../lib/sms/telnyx.ts";
import { twilio } from "../../../lib/sms/twilio.ts";
import { aMessage, alice } from "../../support/message/messages.ts";
import { smsAttempt, smsRoute, SmsWorld } from "../../support/message/SmsWorld.ts";

describe("an SMS service over HTTP", () => {
    let world: SmsWorld;
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const telnyxKey = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");

    beforeEach(() => {
        world = new SmsWorld();
    });
    afterEach(() => world.stop());

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
            const carrier = await world.start(telnyx, telnyxKey);
            world.api.replies.push({ status: 200, body: { data: { id: "msg-1" } } });
            expect(await carrier.deliver(smsAttempt(aMessage("Grüße")), smsRoute)).toEqual({
                kind: "accepted",
                reference: "sms msg-1",
                by: "network",
            });
            expect(world.api.asked).toMatchObject([
                { path: "/v2/messages", authorization: "Bearer secret", type: "application/json" },
            ]);
            expect(JSON.parse(world.api.asked[0]?.body ?? "")).toEqual({
                from: "+442071838751",
                to: "+442071838750",
                text: "Grüße",
                webhook_url: `${world.publicUrl}/sms/sms`,
            });
        });

        it("sends a file as MMS", async () => {
            const carrier = await world.start(telnyx, telnyxKey);
            world.api.replies.push({ status: 200, body: { data: { id: "msg-2" } } });
            const content = {
                kind: "file",
                uri: "mxc://x/y",
                name: "a.png",
                mediaType: "image/png",
                text: "Look",
            } as const;
            await carrier.deliver(smsAttempt(aMessage("mms", "outbound", { content })), smsRoute);
            expect(JSON.parse(world.api.asked[0]?.body ?? "")).toMatchObject({
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
            const carrier = await world.start(telnyx, telnyxKey);
            world.api.replies.push({ status, body: {}, headers });
            expect(await carrier.deliver(smsAttempt(aMessage("x")), smsRoute)).toEqual(expected);
        });

        it("accepts a signed message once, and an unsigned, forged or old one never", async () => {
            await world.start(telnyx, telnyxKey);
            const body = received();
            expect((await world.post(body, {})).status).toBe(403);
            expect((await world.post(body, signed(body, generateKeyPairSync("ed25519").privateKey))).status).toBe(403);
            expect((await world.post(body, signed(body, privateKey, Date.now() - 600_000))).status).toBe(403);
            expect((await world.post(received({ text: "other" }), signed(body))).status).toBe(403);
            expect(world.intake.messages).toEqual([]);
            expect((await world.post(body, signed(body))).status).toBe(200);
            expect((await world.post(body, signed(body))).status).toBe(200);
            expect(world.intake.messages).toMatchObject([
                { direction: "inbound", user: alice, party: { number: "+442079460500" }, content: { text: "Hello" } },
            ]);
        });

        it("receives MMS as files", async () => {
            await world.start(telnyx, telnyxKey);
            const body = received({
                media: [{ url: "https://m.example/cat.png", content_type: "image/png", size: 5 }],
            });
            await world.post(body, signed(body));
            expect(world.intake.messages[0]?.content).toEqual({
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
            await world.start(telnyx, telnyxKey);
            const payload = { id: "out-1", to: [{ phone_number: "+442079460500", status }] };
            const body = JSON.stringify({ data: { event_type: "message.finalized", payload } });
            await world.post(body, signed(body));
            expect(world.intake.receipts).toEqual([expected]);
        });

        it("confirms a message for a number that reaches no one, so that it is not repeated", async () => {
            await world.start(telnyx, telnyxKey);
            const body = received({ to: [{ phone_number: "+442071838799" }] });
            expect((await world.post(body, signed(body))).status).toBe(200);
            expect(world.intake.messages).toEqual([]);
        });
    });

    describe("like Twilio", () => {
        const signed = (params: Readonly<Record<string, string>>, key = "token"): Record<string, string> => {
            const text = `${world.publicUrl}/sms/sms${Object.entries(params)
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
            const carrier = await world.start(twilio, "token");
            world.api.replies.push({ status: 201, body: { sid: "SM9", status: "queued" } });
            expect(await carrier.deliver(smsAttempt(aMessage("a & b")), smsRoute)).toMatchObject({
                reference: "sms SM9",
            });
            const [asked] = world.api.asked;
            expect(asked?.path).toBe("/2010-04-01/Accounts/AC1/Messages.json");
            expect(asked?.authorization).toBe(`Basic ${Buffer.from("AC1:secret").toString("base64")}`);
            expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
                From: "+442071838751",
                To: "+442071838750",
                Body: "a & b",
                StatusCallback: `${world.publicUrl}/sms/sms`,
            });
        });

        it("accepts a signed message, and answers with an empty TwiML document", async () => {
            await world.start(twilio, "token");
            expect((await world.post(form(received), signed(received, "wrong"))).status).toBe(403);
            const { status, text } = await world.post(form(received), signed(received));
            expect(status).toBe(200);
            expect(text).toContain("<Response/>");
            expect(world.intake.messages).toMatchObject([{ content: { text: "Grüße & mehr" } }]);
        });

        it("receives MMS as files", async () => {
            await world.start(twilio, "token");
            const mms = {
                ...received,
                NumMedia: "1",
                MediaUrl0: "https://m.example/1",
                MediaContentType0: "image/jpeg",
            };
            await world.post(form(mms), signed(mms));
            expect(world.intake.messages).toMatchObject([
                { content: { kind: "file", uri: "https://m.example/1", mediaType: "image/jpeg" } },
            ]);
        });

        it("reports delivery and failure", async () => {
            await world.start(twilio, "token");
            for (const MessageStatus of ["sent", "delivered", "undelivered"]) {
                const params = { MessageSid: "SM9", MessageStatus };
                await world.post(form(params), signed(params));
            }
            expect(world.intake.receipts).toEqual(["sms SM9 delivered", "sms SM9 notDelivered"]);
        });
    });
});
