import { once } from "node:events";
import { expect, test } from "vitest";
import type { TransportFailure } from "../../../../lib/sip-server/transport/TransportOptions.ts";
import { makeCertificates } from "../../../support/sip-server/testCertificates.ts";
import {
    connectTcp,
    openParty,
    requestBytes,
    type TransportParty,
} from "../../../support/sip-server/transportParty.ts";

const certificates = makeCertificates({
    server: "DNS:sip.example.com,IP:127.0.0.1,IP:::1",
    domain: "URI:sip:example.com,DNS:host7.example.com",
});
const serverTls = {
    certificate: certificates.server.certificate,
    key: certificates.server.key,
    ca: certificates.ca,
    allowUnverifiedServers: false,
    requireClientCertificate: false,
};

test("the server name must be in the certificate: by DNS name, by SIP URI, by address", async () => {
    const named = await openParty(["tls"], { tls: serverTls });
    const domain = await openParty(["tls"], { tls: { ...serverTls, ...certificates.domain } });
    const client = await openParty([], { tls: serverTls });
    const verdict = (party: TransportParty, name?: string): Promise<string> =>
        client.layer.open(party.target("tls", name)).then(
            () => "connected",
            () => "refused",
        );
    expect(await verdict(named, "sip.example.com")).toBe("connected");
    expect(await verdict(named)).toBe("connected");
    expect(await verdict(named, "other.example.com")).toBe("refused");
    expect(await verdict(domain, "example.com")).toBe("connected");
    expect(await verdict(domain)).toBe("refused");
});

test("an authority we do not know is refused, unless verification is off", async () => {
    const server = await openParty(["tls", "wss"], { tls: serverTls });
    const strict = await openParty([], {});
    const lax = await openParty([], { tls: { allowUnverifiedServers: true, requireClientCertificate: false } });
    await expect(strict.layer.open(server.target("tls"))).rejects.toThrow("no connection");
    await expect(strict.layer.open(server.target("wss"))).rejects.toThrow("no WebSocket connection");
    expect((await lax.layer.open(server.target("tls"))).closed).toBe(false);
    expect((await lax.layer.open(server.target("wss"))).closed).toBe(false);
});

test("clients without a certificate are turned away if one is required", async () => {
    const troubles: TransportFailure[] = [];
    const server = await openParty(["tls"], {
        tls: { ...serverTls, requireClientCertificate: true },
        onFailure: (trouble) => troubles.push(trouble),
    });
    const anonymous = await openParty([], {
        tls: { ca: certificates.ca, allowUnverifiedServers: false, requireClientCertificate: false },
    });
    const known = await openParty([], { tls: serverTls });
    const flow = await known.layer.open(server.target("tls"));
    await flow.send(requestBytes("tls", "known"));
    expect((await server.arrivals.next()).message.headers.get("Call-ID")).toBe("known");
    // TLS 1.3: the client has finished before the server has verified it.
    const turnedAway = await anonymous.layer.open(server.target("tls"));
    await new Promise<void>((resolve) => turnedAway.onClose(resolve));
    expect(await server.drops.next()).toBe("handshake");
    expect(troubles).toMatchObject([{ what: "handshake", protocol: "tls", address: "127.0.0.1" }]);
});

test("a client that breaks the connection in its handshake has no address any more", async () => {
    const troubles: TransportFailure[] = [];
    const server = await openParty(["tls"], { tls: serverTls, onFailure: (trouble) => troubles.push(trouble) });
    const socket = await connectTcp(server, "tls");
    socket.write("\x16\x03\x01\x02\x00\x01", () => socket.resetAndDestroy());
    expect(await server.drops.next()).toBe("handshake");
    expect(troubles).toMatchObject([{ what: "handshake", protocol: "tls", address: "" }]);
});

test.each([
    ["a WebSocket connection that says nothing", "ws", ""],
    ["half an upgrade", "ws", "GET / HTTP/1.1\r\nHost: "],
    ["a TLS connection that says nothing", "tls", ""],
    ["half a TLS handshake", "tls", "\x16\x03\x01\x02\x00\x01"],
    ["half a TLS handshake below a WebSocket", "wss", "\x16\x03\x01\x02\x00\x01"],
] as const)("%s is closed after the limit", async (_name, protocol, bytes) => {
    const server = await openParty([protocol], { tls: serverTls, firstMessageTimeoutMs: 50 });
    const socket = await connectTcp(server, protocol);
    socket.write(bytes);
    await once(socket.resume(), "close");
    expect(server.drops.size).toBe(1);
});
