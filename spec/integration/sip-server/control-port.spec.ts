import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { ControlPort } from "../../../lib/sip-server/drachtio/controlPort.ts";
import { refuse } from "../../../lib/sip-server/engine/Refused.ts";
import { scriptedControlPort } from "../../support/sip-server/scriptedControlPort.ts";
import { networkMeta, sipRequest, sipResponse } from "../../support/sip-server/ScriptedEngine.ts";
import type { ScriptedEngine } from "../../support/sip-server/ScriptedEngine.ts";
import { connectSrfApp } from "../../support/sip-server/srfApp.ts";
import type { SrfApp, SrfDialog, SrfHandler, SrfMessage, SrfReply } from "../../support/sip-server/srfApp.ts";

/** drachtio-srf, as it is, against the control port, with an engine that does what the spec says. */
const SECRET = "cymru";
const SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
const DIALOG = "call-1;from-tag=theirs";

let port: ControlPort<ScriptedEngine>;
let tcpPort: number;

beforeEach(async () => {
    port = scriptedControlPort(SECRET);
    tcpPort = (await port.server.listen("127.0.0.1", 0)).port;
});

afterEach(() => port.server.close());

async function app(prepare?: (app: SrfApp) => void): Promise<SrfApp> {
    const connected = await connectSrfApp(tcpPort, SECRET, prepare);
    let open = true;
    connected.app.on("close", () => (open = false));
    onTestFinished(() => {
        if (open) connected.app.disconnect();
    });
    return connected.app;
}

/** Tells the engine's listener a request again and again until an application has subscribed to it. */
async function tellRequest(method: string, transactionId: string, headers?: Record<string, string>): Promise<void> {
    const message = sipRequest(method, "sip:bob@example.org", headers, method === "INVITE" ? SDP : "");
    await vi.waitFor(() => {
        expect(port.engine.listener.onRequest({ transactionId, message, meta: networkMeta })).toBe(true);
    });
}

/** An application and the first request it got. */
async function requestTo(method: string, headers?: Record<string, string>): Promise<[SrfMessage, SrfReply, SrfApp]> {
    const { promise, resolve } = Promise.withResolvers<[SrfMessage, SrfReply]>();
    const connected = await app((srf) => srf.use(method.toLowerCase(), (req, res) => resolve([req, res])));
    await tellRequest(method, "server-1", headers);
    return [...(await promise), connected];
}

async function answeredCall(): Promise<{ dialog: SrfDialog; srf: SrfApp }> {
    const [req, res, srf] = await requestTo("INVITE");
    return { dialog: await srf.createUAS(req, res, { localSdp: SDP }), srf };
}

function orders(kind: string) {
    return port.engine.orders.filter(({ order }) => order === kind);
}

describe("a drachtio-srf application", () => {
    it("connects with the secret and gets the addresses where SIP listens", async () => {
        const connected = await connectSrfApp(tcpPort, SECRET);
        expect(connected.hostports).toBe("udp/203.0.113.5:5060,tcp/203.0.113.5:5060");
        expect(connected.localHostports).toBe("udp/10.0.0.5:5060");
        connected.app.disconnect();
        await vi.waitFor(() => expect(port.load().clients).toBe(0));
    });

    it("is refused with a wrong secret", async () => {
        await expect(connectSrfApp(tcpPort, "cymrU")).rejects.toThrow("failed to authenticate");
        expect(port.load().clients).toBe(0);
    });

    it("gets a new request with its origin", async () => {
        const [req] = await requestTo("INVITE");
        expect(req).toMatchObject({
            method: "INVITE",
            uri: "sip:bob@example.org",
            source: "network",
            source_address: "192.0.2.9",
            source_port: 5070,
            protocol: "udp",
            receivedOn: "127.0.0.1:5060",
            stackTime: "16:20:30.001000",
            stackTxnId: "server-1",
            body: SDP,
        });
        expect(req.get("From")).toBe('"Älice" <sip:alice@example.org>;tag=theirs');
    });

    it("answers a call, sees its ACK and its BYE", async () => {
        const { dialog } = await answeredCall();
        expect(orders("respond")).toMatchObject([{ transactionId: "server-1", response: { status: 200 } }]);
        expect(dialog).toMatchObject({ id: DIALOG, sip: { callId: "call-1", localTag: "ours", remoteTag: "theirs" } });
        expect(dialog.local.sdp).toBe(SDP);

        const acked = once(dialog, "ack");
        const ack = sipRequest("ACK", "sip:127.0.0.1:5060");
        port.engine.listener.onRequest({
            transactionId: "server-1",
            dialogId: DIALOG,
            message: ack,
            meta: networkMeta,
        });
        await acked;

        const destroyed = once(dialog, "destroy");
        const bye = sipRequest("BYE", "sip:127.0.0.1:5060");
        port.engine.listener.onRequest({
            transactionId: "server-2",
            dialogId: DIALOG,
            message: bye,
            meta: networkMeta,
        });
        expect((await destroyed)[1]).toBe("normal release");
        await vi.waitFor(() => {
            expect(orders("respond")[1]).toMatchObject({ transactionId: "server-2", response: { status: 200 } });
        });
    });

    it("places a call, acknowledges it and hangs up", async () => {
        const srf = await app();
        const provisional = vi.fn();
        const call = srf.createUAC("sip:bob@example.org", { localSdp: SDP }, { cbProvisional: provisional });
        const invite = await vi.waitFor(() => {
            const [sent] = orders("send");
            if (sent?.order !== "send") throw new Error("not sent yet");
            return sent.request;
        });
        expect(invite).toMatchObject({ method: "INVITE", uri: "sip:bob@example.org" });
        expect(invite.body.toString()).toBe(SDP);
        expect(invite.headers.map(({ name }) => name)).not.toContain("Content-Length");

        const asSent = sipRequest("INVITE", "sip:bob@example.org", { From: "<sip:127.0.0.1>;tag=ours" });
        const tell = (status: number, reason: string, body = ""): void => {
            const message = sipResponse(status, reason, asSent, body);
            const dialogId = "call-1;from-tag=ours";
            port.engine.listener.onResponse({ transactionId: "client-1", dialogId, message, meta: networkMeta });
        };
        await vi.waitFor(() => expect(port.load().transactions).toBe(1));
        tell(180, "Ringing");
        tell(200, "OK", SDP);
        const dialog = await call;
        expect(provisional).toHaveBeenCalledOnce();
        expect(dialog.remote).toEqual({ uri: "sip:bob@192.0.2.9:5070", sdp: SDP });
        dialog.destroy();
        await vi.waitFor(() => expect(orders("send")).toHaveLength(3));
        expect(orders("send").slice(1)).toMatchObject([
            { request: { method: "ACK", dialogId: dialog.id } },
            { request: { method: "BYE", dialogId: dialog.id } },
        ]);
    });

    it("hears of a CANCEL", async () => {
        const [req] = await requestTo("INVITE");
        const cancelled = once(req, "cancel");
        const message = sipRequest("CANCEL", "sip:bob@example.org", { Reason: 'SIP;cause=200;text="elsewhere"' });
        port.engine.listener.onCancel({ transactionId: "server-1", message, meta: networkMeta });
        const [cancel] = (await cancelled) as [SrfMessage];
        expect(cancel.get("Reason")).toContain("elsewhere");
        expect(port.load().transactions).toBe(0);
    });

    it("cancels its own call, with a reason", async () => {
        const srf = await app();
        srf.createUAC(
            "sip:bob@example.org",
            { localSdp: SDP },
            {
                cbRequest: (_error, sent) => sent.cancel({ headers: { Reason: "Q.850;cause=16" } }),
            },
        ).catch(() => undefined);
        await vi.waitFor(() => {
            const headers = expect.arrayContaining([
                { name: "Reason", value: "Q.850;cause=16", key: "reason" },
            ]) as unknown;
            expect(orders("cancel")).toMatchObject([{ transactionId: "client-1", headers }]);
        });
    });

    it("gets a BYE that the server sent, with the reason", async () => {
        const { dialog } = await answeredCall();
        const destroyed = once(dialog, "destroy");
        const message = sipRequest("BYE", "sip:alice@192.0.2.9", { Reason: 'SIP ;cause=200 ;text="ACK timeout"' });
        const meta = { ...networkMeta, source: "application" as const };
        port.engine.listener.onUnsolicitedBye({ dialogId: DIALOG, message, meta, reason: "ACK timeout" });
        expect((await destroyed)[1]).toBe("ACK timeout");
    });

    it.each([
        ["unknownDialog", "ENODIALOG"],
        ["noTransport", "EDRACHTIO"],
    ] as const)("gets the refusal %s as an error %s", async (reason, code) => {
        const srf = await app();
        port.engine.refuseNext = refuse(reason);
        const { promise, resolve } = Promise.withResolvers<Error & { code?: string }>();
        srf.request("sip:bob@example.org", { method: "OPTIONS" }, resolve);
        const error = await promise;
        expect(error).toMatchObject({ code, message: refuse(reason).text });
        expect(port.counters.ordersRefused).toBe(1);
    });

    it("names the next hop and keeps what it says in bytes", async () => {
        const srf = await app();
        const headers = { Subject: "grüße" };
        srf.request(
            "sip:bob@example.org",
            { method: "MESSAGE", proxy: "sip:192.0.2.77;transport=tcp", headers, body: "jä" },
            () => undefined,
        );
        await vi.waitFor(() => expect(orders("send")).toHaveLength(1));
        expect(orders("send")[0]).toMatchObject({
            request: { nextHop: "sip:192.0.2.77;transport=tcp", body: Buffer.from("jä") },
        });
    });

    it("takes turns with others of its kind", async () => {
        const seen: string[] = [];
        const handler =
            (name: string): SrfHandler =>
            () =>
                void seen.push(name);
        await app((srf) => srf.use("message", handler("a")));
        await tellRequest("MESSAGE", "server-1");
        await app((srf) => srf.use("message", handler("b")));
        await vi.waitFor(async () => {
            await tellRequest("MESSAGE", "server-2");
            await vi.waitFor(() => expect(seen.length).toBeGreaterThan(1));
            expect(new Set(seen)).toEqual(new Set(["a", "b"]));
        });
    });

    it("gets the NOTIFY that comes before the answer to its SUBSCRIBE", async () => {
        const notified = Promise.withResolvers<SrfMessage>();
        const srf = await app((each) => each.use("notify", (req) => notified.resolve(req)));
        srf.request("sip:bob@example.org", { method: "SUBSCRIBE", headers: { Event: "presence" } }, () => undefined);
        await vi.waitFor(() => expect(port.load().transactions).toBe(1));
        const { listener } = port.engine;
        const message = sipRequest("NOTIFY", "sip:127.0.0.1", { Event: "presence" });
        listener.onDialogMade(DIALOG, "client-1");
        expect(listener.onRequest({ transactionId: "server-1", dialogId: DIALOG, message, meta: networkMeta })).toBe(
            true,
        );
        expect((await notified.promise).stackDialogId).toBe(DIALOG);
    });

    it("gets the records of calls it asked for", async () => {
        const started = vi.fn();
        await app((srf) => srf.on("cdr:start", started));
        await vi.waitFor(() => {
            port.engine.listener.onCallRecord({
                kind: "start",
                role: "uas",
                message: sipRequest("INVITE", "sip:b"),
                meta: networkMeta,
            });
            expect(started).toHaveBeenCalled();
        });
        expect(started.mock.calls[0]?.slice(0, 3)).toEqual(["network", "16:20:30.001000", "uas"]);
    });

    it("takes its requests and calls along when it goes", async () => {
        const { srf } = await answeredCall();
        await tellRequest("INVITE", "server-2", { "Call-ID": "call-2" });
        srf.disconnect();
        await vi.waitFor(() => expect(port.load()).toEqual({ clients: 0, transactions: 0, dialogs: 0 }));
        expect(orders("abandonTransaction")).toEqual([{ order: "abandonTransaction", transactionId: "server-2" }]);
        expect(orders("abandonDialog")).toEqual([{ order: "abandonDialog", dialogId: DIALOG }]);
    });
});

describe("a request without a subscriber", () => {
    it("is left to the engine", () => {
        const message = sipRequest("INVITE", "sip:bob@example.org");
        expect(port.engine.listener.onRequest({ transactionId: "server-1", message, meta: networkMeta })).toBe(false);
    });
});
