import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import type { Finding } from "../../../lib/liveCheck/Finding.ts";
import { probeTrunk } from "../../../lib/liveCheck/probeTrunk.ts";
import { SipProbe } from "../../../lib/liveCheck/SipProbe.ts";
import { systemClock } from "../../../lib/sip-server/Clock.ts";
import { SipResolver } from "../../../lib/sip-server/resolve/SipResolver.ts";
import type { SipTrunk } from "../../../lib/sip/SipTrunk.ts";
import { composeResponse } from "../../../lib/sip-server/transaction/composeResponse.ts";
import type { TlsOptions } from "../../../lib/sip-server/transport/TransportOptions.ts";
import { aTrunk } from "../../support/sip/aTrunk.ts";
import { makeCertificates } from "../../support/sip-server/testCertificates.ts";
import { openParty } from "../../support/sip-server/transportParty.ts";

// Against sockets of the server's transport layer, which verifies nothing here but is verified by what probes it.

const certificates = makeCertificates(
    { good: "DNS:trunk.example", other: "DNS:other.example", expired: "DNS:trunk.example" },
    { expired: -1 },
);
const verifying: TlsOptions = { ca: certificates.ca, allowUnverifiedServers: false, requireClientCertificate: false };
const resolver = new SipResolver({
    clock: systemClock,
    hosts: new Map([["trunk.example", ["127.0.0.1"]]]),
    families: [4],
});

let probe: SipProbe;
beforeAll(async () => {
    probe = await SipProbe.open(verifying, "spec/1");
});
afterAll(() => probe.close());

/** A SIP server that says what `statusOf` makes of a request. */
async function server(
    protocol: "udp" | "tcp" | "tls",
    statusOf: (method: string, authorization: string | undefined) => number = () => 200,
    certificate: keyof typeof certificates & ("good" | "other" | "expired") = "good",
): Promise<number> {
    const tls = { ...certificates[certificate], allowUnverifiedServers: true, requireClientCertificate: false };
    const party = await openParty([protocol], { tls });
    party.layer.onMessage((message, flow) => {
        if (message.kind !== "request") return;
        const status = statusOf(message.method, message.headers.get("Authorization"));
        const challenge = 'Digest realm="trunk.example", nonce="n1", algorithm=MD5, qop="auth"';
        const headers = status === 401 ? [{ name: "WWW-Authenticate", value: challenge }] : [];
        void party.layer.respond(composeResponse(message, { status, toTag: "t", headers }), flow);
    });
    return party.target(protocol).port;
}

async function tryOut(port: number, transport: string, changes: Partial<SipTrunk> = {}): Promise<readonly Finding[]> {
    const domain = "trunk.example";
    const trunk = aTrunk({ domain, nextHop: `sip:${domain}:${port};transport=${transport}`, ...changes });
    return await probeTrunk(trunk, { probe, resolver });
}

const working = (text: string) => ({ kind: "works", text });
const failing = (text: string | RegExp) => ({ kind: "fails", text: expect.stringMatching(text) as string });

describe("a trunk that answers", () => {
    test.each(["udp", "tcp", "tls"] as const)("works by %s", async (protocol) => {
        const port = await server(protocol);
        const [finding, ...more] = await tryOut(port, protocol);
        expect(finding).toMatchObject({
            part: "trunk carrier",
            tried: `OPTIONS, ${protocol} 127.0.0.1:${port} (trunk.example)`,
            result: working("200 OK"),
            ms: expect.any(Number) as number,
        });
        expect(more).toEqual([]);
    });

    test.each(["udp", "tcp"] as const)(
        "receives the request from the address that the bridge listens on, by %s",
        async (protocol) => {
            const from = "127.0.0.9";
            const party = await openParty([protocol]);
            const sources: string[] = [];
            party.layer.onMessage((message, flow) => {
                if (message.kind !== "request") return;
                sources.push(flow.remote.address);
                void party.layer.respond(composeResponse(message, { status: 200, toTag: "t" }), flow);
            });
            const listening = await SipProbe.open(verifying, "spec/1", [
                { transport: protocol, address: from },
                { transport: protocol, address: "198.51.100.9" },
            ]);
            onTestFinished(() => listening.close());
            const domain = `127.0.0.1:${party.target(protocol).port}`;
            const trunk = aTrunk({ domain, nextHop: `sip:${domain};transport=${protocol}` });
            await probeTrunk(trunk, { probe: listening, resolver });
            expect(sources).toEqual([from]);
        },
    );

    test("is asked at its WebSocket path", async () => {
        const paths: (string | undefined)[] = [];
        const http = createHttpServer().listen(0, "127.0.0.1");
        onTestFinished(() => void http.close());
        await once(http, "listening");
        new WebSocketServer({ server: http, handleProtocols: () => "sip" }).on("connection", (client, { url }) => {
            paths.push(url);
            client.terminate();
        });
        const { port } = http.address() as AddressInfo;
        await tryOut(port, "ws;ws-path=/asterisk/ws");
        expect(paths).toEqual(["/asterisk/ws"]);
    });

    test("works though it does not serve OPTIONS", async () => {
        expect(await tryOut(await server("udp", () => 405), "udp")).toMatchObject([
            { result: working("405 Method Not Allowed") },
        ]);
    });

    test("is asked at each of its addresses", async () => {
        const [port, other] = [await server("udp"), await server("tcp", () => 503)];
        const alternatives = [{ domain: "trunk.example", nextHop: `sip:trunk.example:${other};transport=tcp` }];
        expect(await tryOut(port, "udp", { alternatives })).toMatchObject([
            { result: working("200 OK") },
            { tried: `OPTIONS, tcp 127.0.0.1:${other} (trunk.example)`, result: failing(/^response 503/) },
        ]);
    });

    test("is asked again over UDP when the question got lost", async () => {
        let asked = 0;
        const party = await openParty(["udp"]);
        party.layer.onMessage((message, flow) => {
            asked += 1;
            if (message.kind === "request" && asked > 1) {
                void party.layer.respond(composeResponse(message, { status: 200, toTag: "t" }), flow);
            }
        });
        expect(await tryOut(party.target("udp").port, "udp")).toMatchObject([{ result: working("200 OK") }]);
    });
});

describe("a registrar", () => {
    const credentials = { username: "bridge", password: "right" };
    const register = { seconds: 600 };
    const challenging = (method: string, authorization: string | undefined): number =>
        method === "OPTIONS" || authorization !== undefined ? 200 : 401;

    test("is asked for nothing but what is registered", async () => {
        const port = await server("udp", challenging);
        expect(await tryOut(port, "udp", { credentials, register })).toMatchObject([
            { tried: expect.stringMatching(/^OPTIONS/) as string, result: working("200 OK") },
            { tried: expect.stringMatching(/^REGISTER/) as string, result: working("200 OK") },
        ]);
    });

    test("that rejects the password is distinguished from one that rejects the bridge", async () => {
        const port = await server("udp", (method) => (method === "OPTIONS" ? 200 : 401));
        expect(await tryOut(port, "udp", { credentials, register })).toMatchObject([
            { result: working("200 OK") },
            { result: failing("password rejected: 401") },
        ]);
        const other = await server("udp", () => 403);
        expect(await tryOut(other, "udp", { credentials, register })).toMatchObject([
            { result: failing("rejected: 403") },
            { result: failing("rejected: 403") },
        ]);
    });
});

describe("what is wrong is said", () => {
    test.each([
        ["expired", /^its certificate has expired$/],
        ["other", /^its certificate is for another name$/],
    ] as const)("of a certificate: %s", async (certificate, text) => {
        const port = await server("tls", undefined, certificate);
        expect(await tryOut(port, "tls")).toMatchObject([{ result: failing(text) }]);
    });

    test("of a certificate from an unknown CA", async () => {
        const strict = await SipProbe.open(
            { allowUnverifiedServers: false, requireClientCertificate: false },
            "spec/1",
        );
        onTestFinished(() => strict.close());
        const port = await server("tls");
        const trunk = aTrunk({ domain: "trunk.example", nextHop: `sip:trunk.example:${port};transport=tls` });
        expect(await probeTrunk(trunk, { probe: strict, resolver })).toMatchObject([
            {
                result: failing(
                    /^its certificate (is from an unknown CA|is sent without the intermediate certificates)$/,
                ),
            },
        ]);
    });

    test("of a port without TLS", async () => {
        const port = await server("tcp");
        expect(await tryOut(port, "tls")).toMatchObject([{ result: { kind: "fails" } }]);
    });

    test("of an unknown host name", async () => {
        const trunk = aTrunk({ domain: "nowhere.invalid", nextHop: "sip:nowhere.invalid" });
        expect(await probeTrunk(trunk, { probe, resolver })).toMatchObject([
            { tried: "name nowhere.invalid", result: failing("^no address for nowhere.invalid") },
        ]);
    });

    test("of a port where nothing listens", async () => {
        const listener = createServer().listen(0, "127.0.0.1");
        await once(listener, "listening");
        const address = listener.address();
        const port = address !== null && typeof address === "object" ? address.port : 0;
        listener.close();
        await once(listener, "close");
        expect(await tryOut(port, "tcp")).toMatchObject([{ result: failing("^connection refused") }]);
    });

    test("of a peer that hangs up, for it speaks something else", async () => {
        const listener = createServer((socket) =>
            socket.on("data", () => socket.destroy()).on("error", () => undefined),
        );
        onTestFinished(() => void listener.close());
        await once(listener.listen(0, "127.0.0.1"), "listening");
        const { port } = listener.address() as AddressInfo;
        expect(await tryOut(port, "tcp")).toMatchObject([{ result: failing("^connection closed by the peer$") }]);
    });

    test.each(["udp", "tcp"] as const)("of a trunk that never answers, by %s", async (protocol) => {
        const party = await openParty([protocol]);
        party.layer.onMessage(() => undefined);
        expect(await tryOut(party.target(protocol).port, protocol)).toMatchObject([
            { result: failing("^no response$") },
        ]);
    });
});
