import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { CallId } from "../../../lib/call/vocabulary.ts";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import type { SipTrunk } from "../../../lib/sip/SipTrunk.ts";
import { aTrunk } from "../../support/sip/aTrunk.ts";
import { OUR_SDP } from "../../support/sip/OutgoingCalls.ts";
import { type PhoneWire, tlsWire, webSocketWire } from "../../support/sip/phoneWires.ts";
import { Reported } from "../../support/sip/ScriptedIntake.ts";
import { PHONE_SDP, ScriptedPhone } from "../../support/sip/ScriptedPhone.ts";
import { ALICE, SipSide } from "../../support/sip/SipSide.ts";
import { makeCertificates } from "../../support/sip-server/testCertificates.ts";

// Trunks that the bridge opens connections to. The carriers are a script on Node's TLS and on the library ws.

const credentials = { username: "bridge", password: "secret" };
const names = "DNS:localhost,IP:127.0.0.1";
const certificates = makeCertificates({ good: names, expired: names, other: "DNS:elsewhere.example" }, { expired: -1 });
const folder = mkdtempSync(join(tmpdir(), "secured-trunks-"));
const authorities = join(folder, "authorities.pem");
const stopLater: { stop(): Promise<void> | void }[] = [];

beforeAll(() => writeFileSync(authorities, certificates.ca));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
    for (const thing of stopLater.splice(0).reverse()) await thing.stop();
});

const wires: Readonly<Record<string, () => Promise<PhoneWire>>> = {
    tls: () => tlsWire(certificates.good),
    ws: () => webSocketWire(),
    wss: () => webSocketWire(certificates.good),
};

/** A trunk at a port of this process, reached by `transport` under the name localhost. */
function at(port: number, transport: string, given: Partial<SipTrunk> = {}): SipTrunk {
    const domain = `localhost:${port}`;
    return aTrunk({ domain, nextHop: `sip:${domain};transport=${transport}`, credentials, ...given });
}

async function sideWith(trunk: SipTrunk): Promise<SipSide> {
    const side = await SipSide.start({ peers: [trunk], trunks: [trunk], authorities });
    stopLater.push(side);
    return side;
}

test.each(["tls", "ws"])(
    "a registration over %s whose connection is lost is renewed immediately by another one",
    async (by) => {
        const wire = await wires[by]?.();
        if (wire === undefined) throw new Error(`no wire for ${by}`);
        const carrier = ScriptedPhone.by(wire);
        stopLater.push({ stop: () => carrier.close() });
        const side = await sideWith(at(carrier.port, by, { register: { seconds: 600 } }));
        carrier.respond(await carrier.next("REGISTER"), 200, "OK");
        await vi.waitFor(() => expect(side.telemetry.counted).toContain("registration of carrier up"));
        wire.disconnect();
        carrier.respond(await carrier.next("REGISTER", 3_000), 200, "OK");
    },
);

function call(side: SipSide) {
    const reported = new Reported();
    const callee = { kind: "number", number: "+442071838750" as PhoneNumber } as const;
    const target = { network: "sip", media: "rtp", callee, caller: ALICE, trunks: ["carrier"] } as const;
    const leg = side.legs.dial("call1" as CallId, target, reported.report);
    return { leg, reported };
}

test.each(["tls", "ws", "wss"])(
    "a trunk over %s is registered with, calls and is called by one connection",
    async (by) => {
        const wire = await wires[by]?.();
        if (wire === undefined) throw new Error(`no wire for ${by}`);
        const carrier = ScriptedPhone.by(wire);
        stopLater.push({ stop: () => carrier.close() });
        const asks = ['WWW-Authenticate: Digest realm="carrier", nonce="n1", algorithm=SHA-256, qop="auth"'];
        const side = await sideWith(at(carrier.port, by, { register: { seconds: 600 } }));
        carrier.respond(await carrier.next("REGISTER"), 401, "Unauthorized", { headers: asks });
        const registration = await carrier.next("REGISTER");
        expect(registration.header("via")).toContain(`SIP/2.0/${by.toUpperCase()} `);
        expect(registration.header("authorization")).toContain("algorithm=SHA-256");
        carrier.respond(registration, 200, "OK");
        await vi.waitFor(() => expect(side.telemetry.counted).toContain("registration of carrier up"));

        const out = call(side);
        await out.leg.offer(OUR_SDP);
        const invite = await carrier.next("INVITE");
        carrier.respond(invite, 401, "Unauthorized", { headers: asks });
        const signed = await carrier.next("INVITE");
        carrier.respond(signed, 200, "OK", { body: PHONE_SDP });
        expect(await out.reported.next()).toMatchObject({ kind: "answered" });
        await carrier.next("ACK");
        await out.leg.end("hungUp");
        carrier.respond(await carrier.next("BYE"), 200, "OK");

        const contact = /<([^>]+)>/.exec(registration.header("contact"))?.[1] ?? "";
        const called = ["P-Called-Party-ID: <sip:2001@carrier.example>"];
        const incoming = carrier.invite(contact, { body: PHONE_SDP, headers: called });
        const { request } = await side.intake.next();
        expect(request.ring[0].targets[0]).toMatchObject({ network: "matrix", callee: ALICE });
        await request.origin.end("busy");
        carrier.within(incoming, "ACK", await carrier.next("SIP/2.0 486"));
        expect(side.log.lines).toEqual([]);
        await vi.waitFor(() => expect(side.held).toEqual([0, 0]));
    },
);

async function portOf(server: Server): Promise<number> {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    stopLater.push({ stop: () => void server.close() });
    return (server.address() as AddressInfo).port;
}

async function portOfWire(wire: PhoneWire): Promise<number> {
    stopLater.push({ stop: () => wire.close() });
    return await Promise.resolve(wire.port);
}

test.each<[string, string, RegExp, () => Promise<number>]>([
    [
        "an expired certificate",
        "tls",
        /^no connection: CERT_HAS_EXPIRED$/,
        async () => portOfWire(await tlsWire(certificates.expired)),
    ],
    [
        "a certificate for somebody else",
        "tls",
        /^no connection: ERR_TLS_CERT_ALTNAME_INVALID$/,
        async () => portOfWire(await tlsWire(certificates.other)),
    ],
    [
        "an expired certificate",
        "wss",
        /^no WebSocket connection: CERT_HAS_EXPIRED$/,
        async () => portOfWire(await webSocketWire(certificates.expired)),
    ],
    [
        "no WebSockets",
        "ws",
        /^no WebSocket connection$/,
        () => portOf(createHttpServer((_request, response) => void response.writeHead(404).end())),
    ],
    [
        "no TLS",
        "tls",
        /^no connection: (?:ECONNRESET|EPROTO|ERR_SSL_[A-Z_]+)$/,
        () => portOf(createServer((socket) => void socket.end("SIP/2.0 400 Bad Request\r\n\r\n"))),
    ],
])("a trunk that has %s, over %s, is reported with the reason", async (_, transport, why, listen) => {
    const trunk = at(await listen(), transport);
    const side = await sideWith(trunk);
    vi.spyOn(side.log, "child").mockReturnValue(side.log);
    const told = vi.spyOn(side.log, "warn");
    const { leg, reported } = call(side);
    await leg.offer(OUR_SDP);
    expect(await reported.next()).toEqual({ kind: "ended", cause: "networkFailure" });
    expect(told).toHaveBeenCalledWith("trunk not reached", {
        trunk: "carrier",
        why: expect.stringMatching(why) as string,
    });
});
