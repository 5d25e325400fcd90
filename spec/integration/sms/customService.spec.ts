import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { customProfile } from "../../../lib/sms/customService.ts";
import { aMessage } from "../../support/message/messages.ts";
import { smsAttempt, smsRoute, SmsWorld } from "../../support/message/SmsWorld.ts";

describe("an SMS service described in the configuration", () => {
    let world: SmsWorld;
    beforeEach(() => {
        world = new SmsWorld();
    });
    afterEach(() => world.stop());

    const service = {
        path: "/accounts/{account}/send",
        format: "json",
        authorization: "bearer",
        keyHeader: "X-Api-Key",
        mediaField: "attachments",
        id: "messages.0.id",
        signatureHeader: "X-Signature",
        received: { id: "sms.id", from: "sms.from", to: "sms.to", text: "sms.text", media: "sms.files" },
        report: { id: "sms.id", status: "sms.state", delivered: ["DELIVRD"], failed: ["UNDELIV", "EXPIRED"] },
    } as const;
    const fields = { destination: "{to}", origin: "{from}", "body text": "{text}" };
    const received = (over: object = {}): string =>
        JSON.stringify({
            sms: { id: 77, from: "+442079460500", to: "+442071838751", text: "Grüße", ...over },
        });
    const signed = (body: string, key = "hook key", encoding: "hex" | "base64" = "hex"): Record<string, string> => ({
        "x-signature": createHmac("sha256", key).update(body).digest(encoding),
    });

    it("sends a message by its template, and takes its identifier", async () => {
        const carrier = await world.start(customProfile(service), "hook key", fields);
        world.api.replies.push({ status: 200, body: { messages: [{ id: "m-1" }] } });
        const content = {
            kind: "file",
            uri: "mxc://x/y",
            name: "a.png",
            mediaType: "image/png",
            text: "Look",
        } as const;
        expect(await carrier.deliver(smsAttempt(aMessage("mms", "outbound", { content })), smsRoute)).toMatchObject({
            reference: "sms m-1",
        });
        expect(world.api.asked).toMatchObject([
            { path: "/accounts/AC1/send", authorization: undefined, key: "secret" },
        ]);
        expect(JSON.parse(world.api.asked[0]?.body ?? "")).toEqual({
            destination: "+442071838750",
            origin: "+442071838751",
            "body text": "Look",
            attachments: ["https://files.example/x"],
        });
    });

    it("accepts a message with a signature in hexadecimal or base64, and no other", async () => {
        await world.start(customProfile(service), "hook key");
        const body = received({ files: ["https://m.example/cat.png"] });
        expect((await world.post(body, {})).status).toBe(403);
        expect((await world.post(body, signed(body, "wrong"))).status).toBe(403);
        expect((await world.post(received({ text: "other" }), signed(body))).status).toBe(403);
        expect(world.intake.messages).toEqual([]);
        expect((await world.post(body, signed(body))).status).toBe(200);
        expect((await world.post(body, signed(body, "hook key", "base64"))).status).toBe(200);
        expect(world.intake.messages).toMatchObject([
            { party: { number: "+442079460500" }, content: { kind: "file", uri: "https://m.example/cat.png" } },
        ]);
    });

    it("accepts a form with the token in the URL, if there is no signature", async () => {
        const { signatureHeader: _, ...unsigned } = service;
        const flat = { id: "id", from: "from", to: "to", text: "text" };
        await world.start(customProfile({ ...unsigned, received: flat }), "hook key");
        const body = "id=1&from=%2B442079460500&to=%2B442071838751&text=a+%26+b";
        expect((await world.post(body, {})).status).toBe(403);
        expect((await world.post(body, {}, "?token=wrong")).status).toBe(403);
        expect((await world.post(body, {}, "?token=hook+key")).status).toBe(200);
        expect(world.intake.messages).toMatchObject([{ content: { text: "a & b" } }]);
    });

    it("reports delivery and failure, and ignores other statuses", async () => {
        await world.start(customProfile(service), "hook key");
        for (const state of ["ACCEPTD", "DELIVRD", "EXPIRED"]) {
            const body = JSON.stringify({ sms: { id: "m-1", state } });
            expect((await world.post(body, signed(body))).status).toBe(200);
        }
        expect(world.intake.receipts).toEqual(["sms m-1 delivered", "sms m-1 notDelivered"]);
    });

    it.each(["", "{", "[]", "null", '{"sms":null}', '{"sms":{"id":{"a":1}}}'])(
        "passes on nothing of a webhook that says %j",
        async (body) => {
            await world.start(customProfile(service), "hook key");
            expect((await world.post(body, signed(body))).status).toBeLessThan(500);
            expect(world.intake.messages).toEqual([]);
        },
    );
});
