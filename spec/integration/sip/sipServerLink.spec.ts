import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Sdp } from "../../../lib/call/vocabulary.ts";
import { WrongSecretError } from "../../../lib/sip/drachtio/connectDrachtio.ts";
import type { DrachtioEndpoint } from "../../../lib/sip/drachtio/DrachtioEndpoint.ts";
import { EmbeddedSipServer } from "../../../lib/sip/drachtio/EmbeddedSipServer.ts";
import { SipLink } from "../../../lib/sip/drachtio/SipLink.ts";
import { systemClock } from "../../../lib/telemetry/systemClock.ts";
import { ConfigFolder } from "../../support/configFile.ts";
import { makeCertificates } from "../../support/sip-server/testCertificates.ts";
import { RecordedLog } from "../../support/RecordedLog.ts";
import { KeptLog } from "../../support/quiet.ts";
import { OutgoingCalls, OUR_SDP, trunkTo } from "../../support/sip/OutgoingCalls.ts";
import { PHONE_SDP, ScriptedPhone, sdpOf } from "../../support/sip/ScriptedPhone.ts";
import { SipSide, type SipSideOptions } from "../../support/sip/SipSide.ts";

async function sipSide(options: SipSideOptions = {}): Promise<SipSide> {
    const side = await SipSide.start(options);
    onTestFinished(() => side.stop());
    return side;
}

async function phoneOn(side: SipSide): Promise<ScriptedPhone> {
    const phone = await ScriptedPhone.on(side.port());
    onTestFinished(() => phone.close());
    return phone;
}

function linkTo(endpoint: () => Promise<DrachtioEndpoint>, log = new KeptLog()): SipLink {
    const link = new SipLink({
        clock: systemClock,
        log,
        endpoint,
        listener: { onRequest: () => undefined, onLost: () => undefined },
        onRefused: (error) => log.error(error.message),
    });
    onTestFinished(() => link.stop());
    return link;
}

describe("the embedded server", () => {
    test("that dies is started again where it was; its calls end, and new ones come through", async () => {
        const side = await sipSide();
        const phone = await phoneOn(side);
        const port = side.port();
        const up = phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
        const first = await side.intake.next();
        await first.request.origin.accept(OUR_SDP);
        phone.inDialog(up, await phone.next("SIP/2.0 200"), "ACK", 1);
        phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
        const ringing = await side.intake.next();
        const outgoing = await OutgoingCalls.on(side);
        const placed = await outgoing.offered();
        const { pid } = side.server;
        process.kill(pid ?? 0, "SIGKILL");
        for (const { reported } of [first, ringing, placed]) {
            expect(await reported.next()).toEqual({ kind: "ended", cause: "serviceUnavailable" });
        }
        expect(side.held).toEqual([0, 0]);
        // ending what is over already is harmless, and so is calling while the server is down
        await Promise.all([first.request.origin, ringing.request.origin, placed.leg].map((leg) => leg.end("hungUp")));
        const vain = outgoing.dial(trunkTo(outgoing.phone));
        await vain.leg.offer(OUR_SDP);
        expect(await vain.reported.next()).toEqual({ kind: "ended", cause: "serviceUnavailable" });
        await vi.waitFor(() => expect(side.link.connected && side.server.pid !== pid).toBe(true), 8_000);
        expect([side.port(), (await outgoing.phone.next("CANCEL")).method]).toEqual([port, "CANCEL"]);
        phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
        const again = await side.intake.next();
        await again.request.origin.end("busy");
        await phone.next("SIP/2.0 486");
        await outgoing.close();
    });

    test("that hangs is killed and replaced within five seconds, and its calls end", async () => {
        const startingSince = performance.now();
        const side = await sipSide();
        const startMs = performance.now() - startingSince;
        const phone = await phoneOn(side);
        phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
        const { reported } = await side.intake.next();
        const { pid } = side.server;
        process.kill(pid ?? 0, "SIGSTOP");
        const hangsSince = performance.now();
        await vi.waitFor(() => expect(side.link.connected && side.server.pid !== pid).toBe(true), 25_000);
        // a start takes less than 1.5 s where nothing else runs
        expect(performance.now() - hangsSince - startMs).toBeLessThan(3_500);
        expect(await reported.next()).toEqual({ kind: "ended", cause: "serviceUnavailable" });
        expect(side.log.lines).toContain("error: SIP server hangs: no response to pings");
    });

    test("waits for a port that the previous process still uses", async () => {
        const taken = createServer().listen(0, "127.0.0.1");
        await once(taken, "listening");
        const { port } = taken.address() as { port: number };
        const bindings = [{ transport: "tcp", host: "127.0.0.1", port } as const];
        const log = new RecordedLog();
        const server = new EmbeddedSipServer({ clock: systemClock, log, bindings });
        onTestFinished(() => server.stop());
        const started = server.start();
        await vi.waitFor(() => {
            expect(log.lines.map(({ message }) => message)).toContain(
                "SIP port in use, waiting for the previous process",
            );
        }, 25_000);
        taken.close();
        await started;
        expect(server.bindings[0]?.port).toBe(port);
    });

    test("returns its metrics, and logs the first packet from each unknown sender as the bridge's own line", async () => {
        const log = new RecordedLog();
        const server = new EmbeddedSipServer({
            clock: systemClock,
            log,
            bindings: [{ transport: "udp", host: "127.0.0.1", port: 0 }],
            extraArguments: ["--metrics", "127.0.0.1:0", "--unknown-peers", "drop"],
        });
        onTestFinished(() => server.stop());
        expect(await server.metrics()).toBe("");
        await server.start();
        const phone = await ScriptedPhone.on(server.bindings[0]?.port ?? 0);
        onTestFinished(() => phone.close());
        phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
        phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
        await vi.waitFor(async () =>
            expect(await server.metrics()).toContain('sip_server_dropped_total{reason="unlisted_source"} 2'),
        );
        expect(log.lines.filter(({ message }) => message === "request dropped: unknown sender")).toEqual([
            {
                level: "info",
                message: "request dropped: unknown sender",
                fields: {
                    address: "127.0.0.1",
                    transport: "udp",
                    hint: "a PBX or carrier needs an entry in sip.peers or trunks",
                    process: "sip-server",
                },
            },
        ]);
        await server.stop();
        expect(await server.metrics()).toBe("");
    });

    test("that cannot listen says why", async () => {
        const taken = createServer().listen(0, "127.0.0.1");
        await once(taken, "listening");
        onTestFinished(() => void taken.close());
        const { port } = taken.address() as { port: number };
        const server = new EmbeddedSipServer({
            clock: systemClock,
            log: new KeptLog(),
            bindings: [{ transport: "tcp", host: "127.0.0.1", port }],
        });
        await expect(server.start()).rejects.toThrow(
            new RegExp(`does not start: .*127\\.0\\.0\\.1:${port}; see sip.listen$`),
        );
    });

    test("that cannot use its files says why in one line", async () => {
        const { ours, others } = makeCertificates({ ours: "DNS:a.example", others: "DNS:b.example" });
        const folder = new ConfigFolder();
        onTestFinished(() => folder.remove());
        const files = ["--tls-cert", folder.write("c", ours.certificate), "--tls-key", folder.write("k", others.key)];
        const server = new EmbeddedSipServer({
            clock: systemClock,
            log: new KeptLog(),
            bindings: [{ transport: "tls", host: "127.0.0.1", port: 0 }],
            extraArguments: files,
        });
        await expect(server.start()).rejects.toThrow(/^the embedded SIP server does not start: --tls-key: [^\n{]*$/);
    });

    test("ends its calls when it is stopped", async () => {
        const side = await sipSide();
        const phone = await phoneOn(side);
        phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
        await side.intake.next();
        const stopped = side.stop();
        await phone.next("SIP/2.0 480");
        await stopped;
        expect(side.server.pid).toBeUndefined();
    });
});

describe("the link", () => {
    test("tells a wrong secret, and does not try it again", async () => {
        const side = await sipSide();
        const asked = vi.fn(async () => ({ ...(await side.server.endpoint()), secret: "wrong" }));
        await expect(linkTo(asked).start()).rejects.toThrow(WrongSecretError);
        expect(asked).toHaveBeenCalledOnce();
    });

    test("waits for a server that is not up yet", async () => {
        const side = await sipSide();
        let attempts = 0;
        const link = linkTo(() => (++attempts < 3 ? Promise.reject(new Error("not yet")) : side.server.endpoint()));
        expect(await link.start()).toContain(`udp/127.0.0.1:${side.port()}`);
        expect(attempts).toBe(3);
    });

    test("gives up waiting when it is stopped", async () => {
        const link = linkTo(() => Promise.reject(new Error("never")));
        const started = link.start();
        link.stop();
        await expect(started).rejects.toThrow("stopped");
    });

    test("sends nothing while it is down", async () => {
        const link = linkTo(() => Promise.reject(new Error("never")));
        const sent = link.send({ method: "OPTIONS", uri: "sip:x", headers: {} }, { onResponse: () => undefined });
        await expect(sent).rejects.toMatchObject({ code: "disconnected" });
    });
});

describe("what the server is asked to send", () => {
    test("has no line ends in headers, so that nothing can add a header of its own", async () => {
        const side = await sipSide();
        const phone = await phoneOn(side);
        const headers = { "X-Name": "a\r\nEvil: yes\0" };
        await side.link.send({ method: "OPTIONS", uri: phone.uri, headers }, { onResponse: () => undefined });
        const options = await phone.next("OPTIONS");
        expect(options.header("evil")).toBe("");
        expect(options.header("x-name")).toBe("a Evil: yes");
        phone.respond(options, 200, "OK");
    });

    test("is not larger than a drachtio-server takes", async () => {
        const side = await sipSide();
        const phone = await phoneOn(side);
        const request = { method: "MESSAGE", uri: phone.uri, headers: {}, body: "x".repeat(12_000) };
        await expect(side.link.send(request, { onResponse: () => undefined })).rejects.toMatchObject({
            code: "tooLarge",
        });
    });

    test("is no tel: URI where the server would die of it, by call or by redirect", async () => {
        const orders: string[] = [];
        const server = createServer((socket) => {
            socket.setEncoding("utf8").on("data", (text: string) => {
                for (const [, id = "", type = "", rest = ""] of text.matchAll(/[0-9]+#([^|]+)\|(\w+)([^#]*)/g)) {
                    orders.push(type + rest);
                    const answer = `r|response|${id}|OK${type === "authenticate" ? "|udp/192.0.2.1:5060|v0.9.10-1-g9c2dd4cb6a" : ""}`;
                    socket.write(`${answer.length}#${answer}`);
                }
            });
        }).listen(0, "127.0.0.1");
        await once(server, "listening");
        onTestFinished(() => void server.close());
        const { port } = server.address() as { port: number };
        const link = linkTo(() => Promise.resolve({ host: "127.0.0.1", port, secret: "s" }));
        await link.start();
        for (const uri of ["tel:+442071838750", "TEL:112;phone-context=carrier.example"]) {
            const request = { method: "INVITE", uri, nextHop: "sip:carrier.example", headers: {} };
            await expect(link.send(request, { onResponse: () => undefined })).rejects.toMatchObject({
                code: "refused",
            });
        }
        expect(orders.filter((order) => order.startsWith("sip"))).toEqual([]);
    });

    test("fails immediately for an unknown dialog", async () => {
        const side = await sipSide();
        const request = { method: "BYE", dialogId: "unknown;from-tag=x", headers: {} };
        await expect(side.link.send(request, { onResponse: () => undefined })).rejects.toMatchObject({
            code: "noDialog",
        });
    });
});

describe("unknown peers", () => {
    const peers = [{ name: "pbx", addresses: ["192.0.2.1"], trusted: true, maxCalls: 1 }];

    test("are refused", async () => {
        const side = await sipSide({ peers });
        const phone = await phoneOn(side);
        const call = phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
        phone.within(call, "ACK", await phone.next("SIP/2.0 403"));
        phone.invite("sip:127.0.0.1", { method: "OPTIONS" });
        await phone.next("SIP/2.0 403");
        expect(side.telemetry.counted).toEqual(["dropped from sip: unknown_peer", "dropped from sip: unknown_peer"]);
    });

    test("hear nothing, if that is configured", async () => {
        const side = await sipSide({ peers, unknownPeers: "drop" });
        const phone = await phoneOn(side);
        const call = phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
        await vi.waitFor(() => expect(side.gateway.unanswered).toBe(1));
        phone.invite("sip:127.0.0.1", { method: "OPTIONS" });
        await vi.waitFor(() => expect(side.gateway.unanswered).toBe(2));
        expect(phone.unread).toEqual(["SIP/2.0 100 Trying"]);
        phone.within(call, "CANCEL");
        await vi.waitFor(() => expect(side.gateway.unanswered).toBe(1));
    });
});

test("a peer has no more calls at the same time than its limit", async () => {
    const peers = [{ name: "pbx", addresses: ["127.0.0.0/8"], trusted: true, maxCalls: 1 }];
    const side = await sipSide({ peers });
    const phone = await phoneOn(side);
    phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
    const { request } = await side.intake.next();
    phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
    await phone.next("SIP/2.0 503");
    await request.origin.end("busy");
    await phone.next("SIP/2.0 486");
    phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
    await side.intake.next();
});

test("once stopping, new calls are refused, and the ones there are go on", async () => {
    const side = await sipSide();
    const phone = await phoneOn(side);
    const call = phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
    const { request, reported } = await side.intake.next();
    side.gateway.stop();
    phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
    const refusal = await phone.next("SIP/2.0 503");
    expect(refusal.header("retry-after")).not.toBe("");
    await request.origin.accept(sdpOf(50_000) as Sdp);
    const ok = await phone.next("SIP/2.0 200");
    phone.inDialog(call, ok, "ACK", 1);
    phone.inDialog(call, ok, "BYE", 2);
    expect(await reported.next()).toEqual({ kind: "ended", cause: "hungUp" });
});
