import { beforeEach, describe, expect, it } from "vitest";
import type { MessageSender } from "../../../../lib/sip/message/MessageSender.ts";
import { MessageServer, type MessageServerParts } from "../../../../lib/sip/message/MessageServer.ts";
import { sipIdentifiers } from "../../../../lib/sip/message/composeMessage.ts";
import { composeImdn } from "../../../../lib/sip/message/format/imdn.ts";
import type { IncomingRequest, OutgoingResponse } from "../../../../lib/sip/SipStack.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptIntake } from "../../../support/message/KeptIntake.ts";
import { KeptMessageTelemetry } from "../../../support/message/KeptMessageTelemetry.ts";
import { alice } from "../../../support/message/messages.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { settle } from "../../../support/settle.ts";

const toAlice = "sip:+442079460101@bridge.example";

describe("MessageServer", () => {
    let intake: KeptIntake;
    let clock: FakeClock;
    let features: string[];

    beforeEach(() => {
        intake = new KeptIntake();
        clock = new FakeClock();
        features = [];
    });

    const trunk: MessageSender = {
        from: { kind: "trunk", name: "carrier" },
        peer: { trusted: false, defaultCountry: "GB" },
        screen: (caller) => ({ kind: "shown", caller }),
        recipientOf: ([callee]) => (callee?.kind === "number" && callee.number === "+442079460101" ? alice : undefined),
    };

    function serverWith(over: Partial<MessageServerParts> = {}): MessageServer {
        return new MessageServer({
            intake,
            typing: undefined,
            routing: { routeOf: () => ({ kind: "forbidden" }) },
            features: {
                has: () => false,
                note: (peer, feature, seen) => void features.push(`${peer} ${feature} ${seen}`),
            },
            telemetry: new KeptMessageTelemetry(),
            clock,
            log: new KeptLog(),
            limit: { perMinute: 60, burst: 3 },
            maxBytes: 100,
            blocked: ["+4420794606*"],
            blockedAnswer: "reject",
            ...over,
        });
    }

    let sent = 0;
    function request(body: string, over: Readonly<Record<string, string>> = {}): IncomingRequest {
        const headers = {
            from: "<sip:+442079460500@carrier.example>;tag=1",
            "call-id": `call-${++sent}`,
            cseq: "1 MESSAGE",
            "content-type": "text/plain",
            ...over,
        };
        return {
            method: "MESSAGE",
            uri: toAlice,
            headers: new Map(Object.entries(headers)),
            body,
            source: { protocol: "udp", address: "192.0.2.1", port: 5060 },
            origin: "network",
            transactionId: "t",
            respond: () => Promise.resolve({}),
            onCancel: () => undefined,
            onUpdate: () => undefined,
        };
    }

    /** The response, after as much time as it takes at most. */
    async function responseTo(
        incoming: IncomingRequest,
        server = serverWith(),
        uri = toAlice,
    ): Promise<OutgoingResponse | undefined> {
        const handled = server.handle(incoming, trunk, uri);
        await settle();
        clock.advance(1_000);
        return handled;
    }

    it("responds 200 if the message reaches Matrix within a second, and 202 if it does not", async () => {
        const handled = serverWith().handle(request("Hello"), trunk);
        await settle();
        intake.settle({ phase: "delivered", reference: "$1", owed: [] });
        expect(await handled).toEqual({ status: 200 });
        expect(await responseTo(request("Hello"))).toEqual({ status: 202 });
    });

    it.each([
        ["60", 60_000],
        ["0", 1_000],
        ["99999999999999999999", (2 ** 32 - 1) * 1_000],
        ["soon", undefined],
        ["-5", undefined],
    ])("gives a message with Expires: %s this time limit", async (expires, ms) => {
        const now = clock.now();
        await responseTo(request("Hello", { expires }));
        expect(intake.messages[0]?.expiresAt).toBe(ms === undefined ? undefined : now + ms);
    });

    it("rejects a body in an unknown content encoding with 415 and Accept-Encoding", async () => {
        expect(await responseTo(request("x", { "content-encoding": "br" }))).toEqual({
            status: 415,
            headers: { "Accept-Encoding": "gzip, deflate, identity" },
        });
        expect(await responseTo(request("x", { "content-encoding": "identity" }))).toMatchObject({ status: 202 });
    });

    it("accepts a repeated request once, and responds as before", async () => {
        const same = { "call-id": "same" };
        await responseTo(request("Hello", same));
        expect(await responseTo(request("Hello", same))).toEqual({ status: 200 });
        expect(intake.messages).toHaveLength(1);
    });

    it("recognises a message by its IMDN Message-ID in another request", async () => {
        const body =
            "From: <sip:a@b>\r\nTo: <sip:c@d>\r\nimdn.Message-ID: m1\r\n\r\nContent-Type: text/plain\r\n\r\nHello";
        const type = { "content-type": "message/cpim" };
        await responseTo(request(body, type));
        await responseTo(request(body, { ...type, "call-id": "another" }));
        expect(intake.messages).toHaveLength(1);
        expect(features).toContain("trunk carrier cpim used");
    });

    it("does not let one sender repeat the identifiers of another", async () => {
        const same = { "call-id": "same" };
        await responseTo(request("Hello", same));
        await responseTo(request("Hello", { ...same, from: "<sip:+442079460501@carrier.example>;tag=1" }));
        expect(intake.messages).toHaveLength(2);
    });

    it.each<[string, () => Promise<OutgoingResponse | undefined>, number | undefined]>([
        ["an unknown recipient", () => responseTo(request("x"), serverWith(), "sip:+442079460199@b.example"), 404],
        ["another scheme", () => responseTo(request("x"), serverWith(), "mailto:a@b"), 416],
        ["an extension that it does not know", () => responseTo(request("x", { require: "magic" })), 420],
        ["a type that it does not know", () => responseTo(request("x", { "content-type": "application/x" })), 415],
        [
            "a body that is not what its type says",
            () => responseTo(request("x", { "content-type": "message/cpim" })),
            400,
        ],
        ["a text that is too long", () => responseTo(request("x".repeat(101))), 413],
        ["no From", () => responseTo(request("x", { from: "" })), 400],
        ["a blocked sender", () => responseTo(request("x", { from: "<sip:+442079460600@c.example>" })), 403],
        [
            "a blocked sender, without a response if that is configured",
            () =>
                responseTo(
                    request("x", { from: "<sip:+442079460600@c.example>" }),
                    serverWith({ blockedAnswer: "drop" }),
                ),
            undefined,
        ],
        ["an empty text", () => responseTo(request("  ")), 200],
    ])("handles %s", async (_, respond, status) => {
        expect((await respond())?.status).toBe(status);
        expect(intake.messages).toEqual([]);
    });

    it("rejects messages over the limit of their sender, until it has waited", async () => {
        const server = serverWith();
        for (let n = 0; n < 3; n += 1) await responseTo(request(`${n}`), server);
        clock.advance(0);
        const burst = new Array(4).fill(undefined).map(() => server.handle(request("x"), trunk));
        await settle();
        clock.advance(1_000);
        const statuses = (await Promise.all(burst)).map((response) => response?.status);
        expect(statuses.filter((status) => status === 480).length).toBeGreaterThan(0);
        const other = request("x", { from: "<sip:+442079460509@carrier.example>;tag=1" });
        expect((await responseTo(other, server))?.status).toBe(202);
    });

    it("responds 503 with Retry-After if too many messages wait", async () => {
        intake.refuseAll();
        expect(await responseTo(request("x"))).toMatchObject({ status: 503, headers: { "Retry-After": "30" } });
    });

    it("passes on receipts that name the Call-ID of a message without CPIM", async () => {
        const { callId, reference } = sipIdentifiers("m-7", 0);
        const body = composeImdn(callId, "2026-11-29T12:00:00Z", "delivered");
        await responseTo(request(body, { "content-type": "message/imdn+xml" }));
        expect(intake.receipts).toEqual([`${reference} delivered`]);
    });

    it("accepts each image of a request, and the request once", async () => {
        const image = ["--b", "Content-Type: image/png", "", "PNG"];
        const multipart = [...image, ...image, "--b--", ""].join("\r\n");
        const same = { "content-type": "multipart/mixed;boundary=b", "call-id": "images" };
        expect(await responseTo(request(multipart, same))).toEqual({ status: 202 });
        expect(await responseTo(request(multipart, same))).toEqual({ status: 200 });
        expect(intake.messages.map(({ content }) => content.kind)).toEqual(["file", "file"]);
        expect(new Set(intake.messages.map(({ id }) => id)).size).toBe(2);
    });

    it("passes on receipts for messages that were sent", async () => {
        const body = composeImdn("m-7", "2026-11-29T12:00:00Z", "displayed");
        expect(await responseTo(request(body, { "content-type": "message/imdn+xml" }))).toEqual({ status: 200 });
        expect(intake.receipts).toEqual(["m-7 displayed"]);
    });
});
