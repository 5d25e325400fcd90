import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { responseTo } from "../../../../lib/sip-server/sip/responseTo.ts";
import type { SipMessage } from "../../../../lib/sip-server/sip/SipMessage.ts";
import { type Protocol, TransportError } from "../../../../lib/sip-server/transport/SipTransport.ts";
import { makeCertificates } from "../../../support/sip-server/testCertificates.ts";
import { connectTcp, openParty, requestBytes } from "../../../support/sip-server/transportParty.ts";

const certificates = makeCertificates({ server: "IP:127.0.0.1,IP:::1" });
const tls = {
    ...certificates.server,
    ca: certificates.ca,
    allowUnverifiedServers: false,
    requireClientCertificate: false,
};

function callId(message: SipMessage): string | undefined {
    return message.headers.get("Call-ID");
}

test.each<[Protocol, string]>([
    ["udp", "127.0.0.1"],
    ["tcp", "127.0.0.1"],
    ["tls", "127.0.0.1"],
    ["ws", "127.0.0.1"],
    ["wss", "127.0.0.1"],
    ["udp", "::1"],
    ["tcp", "::1"],
    ["tls", "::1"],
    ["ws", "::1"],
    ["wss", "::1"],
])("a request over %s to %s, and its response on the way back", async (protocol, address) => {
    const server = await openParty([protocol], { tls }, address);
    const client = await openParty([protocol], { tls }, address);
    const flow = await client.layer.open(server.target(protocol));
    expect(flow.sentBy).toEqual({ host: address, port: client.target(protocol).port });

    await flow.send(requestBytes(protocol, "one"));
    const { message, flow: arrivedOn } = await server.arrivals.next();
    expect(message.headers.get("Via")).toContain(`;rport=${arrivedOn.remote.port}`);
    expect(message.headers.get("Via")).toContain(`;received=${address}`);
    expect([arrivedOn.protocol, arrivedOn.reliable]).toEqual([protocol, protocol !== "udp"]);

    if (message.kind === "request") await server.layer.respond(responseTo(message, 200), arrivedOn);
    const answer = await client.arrivals.next();
    expect([answer.message.kind, callId(answer.message), answer.flow.id]).toEqual(["response", "one", flow.id]);
    expect(server.layer.flowById(arrivedOn.id)?.id).toBe(arrivedOn.id);
});

const linkLocal = Object.entries(networkInterfaces()).flatMap(([zone, addresses = []]) =>
    addresses.filter(({ address }) => address.startsWith("fe80:")).map(({ address }) => ({ address, zone })),
)[0];

test.skipIf(linkLocal === undefined).each<[Protocol]>([["udp"], ["tcp"]])(
    "the zone of a link-local address is in no message over %s, and answers get back",
    async (protocol) => {
        const { address, zone } = linkLocal ?? expect.fail();
        const server = await openParty([protocol], {}, "::");
        const client = await openParty([protocol], {}, "::");
        const flow = await client.layer.open({ ...server.target(protocol), address: `${address}%${zone}` });
        expect(flow.sentBy.host).toBe(address);
        await flow.send(requestBytes(protocol, "one"));
        const { message, flow: arrivedOn } = await server.arrivals.next();
        expect(`${message.headers.get("Via") ?? ""};`).toContain(`;received=${address};`);
        expect(arrivedOn.sentBy.host).toBe(address);
        if (message.kind === "request") await server.layer.respond(responseTo(message, 200), arrivedOn);
        expect(callId((await client.arrivals.next()).message)).toBe("one");
    },
);

test("uses an open connection again, also for two opens at the same time, and in the other direction", async () => {
    const server = await openParty(["tcp"]);
    const client = await openParty(["tcp"]);
    const [first, second] = await Promise.all([
        client.layer.open(server.target("tcp")),
        client.layer.open(server.target("tcp")),
    ]);
    await first.send(requestBytes("tcp", "one"));
    const { flow } = await server.arrivals.next();
    const back = await server.layer.open({ protocol: "tcp", ...first.local });
    expect([second, back]).toEqual([first, flow]);
    expect(await client.layer.open(server.target("tcp"))).toBe(first);
    expect(server.layer.counters.connections).toBe(1);
});

test("rejects if no peer listens", async () => {
    const gone = await openParty(["tcp", "ws"]);
    const targets = [gone.target("tcp"), gone.target("ws")];
    await gone.layer.close();
    const client = await openParty(["udp"]);
    for (const target of targets) await expect(client.layer.open(target)).rejects.toThrow("connection");
    await expect(client.layer.open({ protocol: "udp", address: "::1", port: 9 })).rejects.toThrow("address family");
    await expect(client.layer.open({ protocol: "udp", address: "localhost", port: 9 })).rejects.toThrow("IP address");
});

test("a response whose connection is gone goes to where the Via says the client listens", async () => {
    const server = await openParty(["tcp"]);
    const client = await openParty(["tcp"]);
    const { port } = client.target("tcp");
    const socket = await connectTcp(server);
    socket.write(requestBytes("tcp", "lost").toString().replace(":5099", `:${port}`));
    const { message, flow } = await server.arrivals.next();
    const closed = new Promise<void>((resolve) => flow.onClose(resolve));
    socket.destroy();
    await closed;
    if (message.kind === "request") await server.layer.respond(responseTo(message, 200), flow);
    expect(callId((await client.arrivals.next()).message)).toBe("lost");
});

test("reports a datagram that cannot be sent, and still closes", async () => {
    const client = await openParty(["udp"]);
    const nowhere = await client.layer.open({ protocol: "udp", address: "127.0.0.1", port: 0 });
    await expect(nowhere.send(requestBytes("udp", "x"))).rejects.toBeInstanceOf(TransportError);
    await client.layer.close();
    expect(nowhere.closed).toBe(true);
});

test("asks why a UDP port keeps silent", async () => {
    const [client, server] = [await openParty(["udp"]), await openParty(["udp"])];
    const target = server.target("udp");
    const flow = await client.layer.open(target);
    // somebody listens there and may say nothing
    expect(await client.layer.whySilent(flow)).toBeUndefined();
    await server.layer.close();
    expect(await client.layer.whySilent(flow)).toBe("ECONNREFUSED");
});

test("two listeners cannot have one port: nothing stays open", async () => {
    const server = await openParty(["tcp"]);
    const other = await openParty([]);
    const taken = { ...server.target("tcp") };
    await expect(other.layer.listen([{ protocol: "udp", address: "127.0.0.1", port: 0 }, taken])).rejects.toThrow(
        "EADDRINUSE",
    );
    expect(other.layer.bindings).toEqual([]);
});

test("knows its own addresses", async () => {
    const { layer, bindings } = await openParty(["udp"]);
    const port = bindings[0]?.port ?? 0;
    expect(layer.isLocal({ host: "127.0.0.1", port })).toBe(true);
    expect(layer.isLocal({ host: "127.0.0.1" })).toBe(true);
    expect(layer.isLocal({ host: "127.0.0.1", port: port - 1 })).toBe(false);
    expect(layer.isLocal({ host: "192.0.2.1", port })).toBe(false);
    expect(layer.isLocal({ host: "127.0.0.1", port, protocol: "udp" })).toBe(true);
    expect(layer.isLocal({ host: "127.0.0.1", port, protocol: "tcp" })).toBe(false);
    expect(layer.localAddressFor({ protocol: "udp", address: "127.0.0.9", port: 5060 })).toEqual({
        host: "127.0.0.1",
        port,
    });
    expect(layer.localAddressFor({ protocol: "tls", address: "127.0.0.9", port: 5060 })).toBeUndefined();
});

test("closing lets out what was sent before, and opens nothing any more", async () => {
    const server = await openParty(["tcp"]);
    const client = await openParty([], { maxQueuedBytes: 100_000_000, closeTimeoutMs: 60_000 });
    const flow = await client.layer.open(server.target("tcp"));
    // More than the system buffers, in few messages: reading them takes time.
    const sends = Array.from({ length: 2_000 }, (_, n) =>
        flow.send(requestBytes("tcp", `n${n}`, [`X: ${"x".repeat(8_000)}`])),
    );
    await Promise.all([...sends, client.layer.close()]);
    for (let n = 0; n < 2_000; n++) await server.arrivals.next();
    await expect(client.layer.open(server.target("tcp"))).rejects.toThrow("closing");
});
