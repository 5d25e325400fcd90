import { once } from "node:events";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { SipServerProcess } from "../../support/sip-server/SipServerProcess.ts";
import type { ListeningLine } from "../../support/sip-server/SipServerProcess.ts";
import { startSipp } from "../../support/sip-server/sipp.ts";
import type { SippTransport } from "../../support/sip-server/sipp.ts";
import { connectSrfApp } from "../../support/sip-server/srfApp.ts";
import type { SrfApp, SrfDialog, SrfHandler, SrfMessage } from "../../support/sip-server/srfApp.ts";

/**
 * SIPp on one side, a small drachtio-srf application on the other, the server as a process between them. Each scenario
 * is a race or a course of RFC 3261 that the names tell; SIPp fails if a message is missing, wrong or too many.
 */
const SDP = "v=0\r\no=- 7 7 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40002 RTP/AVP 0\r\n";

let server: SipServerProcess;
let listening: ListeningLine;

beforeAll(async () => {
    [server, listening] = await SipServerProcess.start("--metrics", "127.0.0.1:0", "--t1", "100");
});

afterAll(() => server.stop());

async function metric(name: string): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${listening.metrics?.port ?? 0}/metrics`);
    return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(await response.text())?.[1]);
}

const apps: SrfApp[] = [];

/** Each call is over by what was said in it, not because the application has gone. */
afterEach(async () => {
    await vi.waitFor(async () => expect(await metric("sip_server_dialogs")).toBe(0), { timeout: 10_000 });
    expect(await metric("sip_server_application_transactions"), "requests an application is still asked for").toBe(0);
    for (const each of apps.splice(0)) each.disconnect();
    await vi.waitFor(async () => expect(await metric("sip_server_applications")).toBe(0));
});

/** An application with these handlers. What it answers comes when the server has subscribed it. */
async function app(handlers: Readonly<Record<string, SrfHandler>> = {}): Promise<SrfApp> {
    const { app: connected } = await connectSrfApp(listening.control.port, SipServerProcess.secret, (srf) => {
        for (const [method, handler] of Object.entries(handlers)) srf.use(method, handler);
    });
    apps.push(connected);
    return connected;
}

function sipPort(transport: SippTransport): number {
    return listening.sip.find((each) => each.transport === transport)?.port ?? 0;
}

async function play(scenario: string, transport: SippTransport): Promise<void> {
    const caller = await startSipp({ scenario, transport, server: sipPort(transport) });
    onTestFinished(caller.stop);
    await caller.passes();
}

async function callee(
    scenario: string,
    transport: SippTransport,
): Promise<{ uri: string; passes: () => Promise<void> }> {
    const { port, passes, stop } = await startSipp({ scenario, transport });
    onTestFinished(stop);
    return { uri: `sip:bob@127.0.0.1:${port};transport=${transport}`, passes };
}

describe.each(["udp", "tcp"] as const)("over %s", (transport) => {
    describe("a call that comes in", () => {
        let answered: Promise<SrfDialog>;
        /** Why the dialog ended. Listened for from within the callback: a promise would be a turn late for a quick end. */
        let ended: Promise<string>;

        beforeEach(async () => {
            const dialog = Promise.withResolvers<SrfDialog>();
            const reason = Promise.withResolvers<string>();
            [answered, ended] = [dialog.promise, reason.promise];
            const srf = await app({
                invite: (req, res) => {
                    res.send(180);
                    srf.createUAS(req, res, { localSdp: SDP }, (_error, each) => {
                        each.on("destroy", (_bye, text: string) => reason.resolve(text));
                        dialog.resolve(each);
                    });
                },
            });
        });

        it.each(["basic-call", "offer-in-200", "info-in-call", "session-refresh"])("passes %s", async (scenario) => {
            await play(scenario, transport);
            expect(await ended).toBe("normal release");
        });

        it("passes hung-up-by-callee", async () => {
            void answered.then((each) => each.on("ack", () => each.destroy()));
            await play("hung-up-by-callee", transport);
        });

        it("passes bye-waits-for-ack", async () => {
            void answered.then((each) => each.destroy());
            await play("bye-waits-for-ack", transport);
        });

        it("passes cancel-after-200, and tells the application", async () => {
            await play("cancel-after-200", transport);
            expect(await ended).toBe("CANCEL after 200 OK");
        });

        it("passes ack-lost-once", async () => {
            const before = await metric("sip_server_retransmissions_sent_total");
            await play("ack-lost-once", transport);
            expect(await metric("sip_server_retransmissions_sent_total")).toBeGreaterThan(before);
        });

        it("passes ack-never-comes, and tells the application", async () => {
            await play("ack-never-comes", transport);
            expect(await ended).toBe("ACK timeout");
        });

        it("passes reinvite-glare", async () => {
            const refused = answered.then(async (each) => {
                await once(each, "ack");
                return each.modify(SDP).catch((error: unknown) => error);
            });
            await play("reinvite-glare", transport);
            expect(await refused).toMatchObject({ status: 491 });
        });
    });

    it("passes cancel-while-ringing, and tells the application", async () => {
        const { promise, resolve } = Promise.withResolvers<SrfMessage>();
        await app({
            invite: (req, res) => {
                req.on("cancel", resolve);
                res.send(180);
            },
        });
        await play("cancel-while-ringing", transport);
        expect((await promise).get("Reason")).toBe('SIP;cause=487;text="gave up"');
    });

    it("passes message", async () => {
        const { promise, resolve } = Promise.withResolvers<string>();
        await app({
            message: (req, res) => {
                res.send(200);
                resolve(req.body);
            },
        });
        await play("message", transport);
        expect(await promise).toContain("Hello, world: grüße");
    });

    it("passes register", async () => {
        await app({
            register: (req, res) => {
                if (req.get("Authorization") !== undefined)
                    return res.send(200, { headers: { Contact: req.get("Contact"), Expires: "300" } });
                res.send(401, { headers: { "WWW-Authenticate": 'Digest realm="spec", nonce="n1", algorithm=MD5' } });
            },
        });
        await play("register", transport);
    });

    it("passes options, with an application and without", async () => {
        await play("options", transport);
        const options = vi.fn<SrfHandler>((_req, res) => res.send(200));
        await app({ options });
        await vi.waitFor(async () => {
            await play("options", transport);
            expect(options).toHaveBeenCalled();
        });
    });

    it("passes unserved-method", () => play("unserved-method", transport));

    describe("a call that goes out", () => {
        it("passes callee", async () => {
            const { uri, passes } = await callee("callee", transport);
            const srf = await app();
            const rang = vi.fn();
            const dialog = await srf.createUAC(uri, { localSdp: SDP }, { cbProvisional: rang });
            expect(rang).toHaveBeenCalledOnce();
            dialog.destroy();
            await passes();
        });

        it("passes cancelled-callee", async () => {
            const { uri, passes } = await callee("cancelled-callee", transport);
            const srf = await app();
            const sent = Promise.withResolvers<SrfMessage>();
            const progress = {
                cbRequest: (_error: unknown, req: SrfMessage) => sent.resolve(req),
                cbProvisional: () => void sent.promise.then((req) => req.cancel()),
            };
            await expect(srf.createUAC(uri, { localSdp: SDP }, progress)).rejects.toMatchObject({ status: 487 });
            await passes();
        });

        it("passes 200-crosses-cancel, and tells the application", async () => {
            const { uri, passes } = await callee("200-crosses-cancel", transport);
            const srf = await app();
            const sent = Promise.withResolvers<SrfMessage>();
            const progress = {
                cbRequest: (_error: unknown, req: SrfMessage) => sent.resolve(req),
                cbProvisional: () => void sent.promise.then((req) => req.cancel()),
            };
            const dialog = await srf.createUAC(uri, { localSdp: SDP }, progress);
            expect((await once(dialog, "destroy"))[1]).toBe("ACK-BYE due to cancel race condition");
            await passes();
        });

        it("passes fork-answers-twice", async () => {
            const before = await metric("sip_server_forks_ended_total");
            const { uri, passes } = await callee("fork-answers-twice", transport);
            const srf = await app();
            const dialog = await srf.createUAC(uri, { localSdp: SDP });
            await vi.waitFor(async () => expect(await metric("sip_server_forks_ended_total")).toBe(before + 1));
            dialog.destroy();
            await passes();
        });

        it("passes message-callee", async () => {
            const { uri, passes } = await callee("message-callee", transport);
            const srf = await app();
            const answer = Promise.withResolvers<number>();
            srf.request(
                uri,
                { method: "MESSAGE", body: "hi", headers: { "Content-Type": "text/plain" } },
                (_error, sent) => {
                    sent.on("response", (response: SrfMessage) => answer.resolve(response.status));
                },
            );
            expect(await answer.promise).toBe(202);
            await passes();
        });
    });
});
