import { createServer as createHttpServer, request as httpRequest, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { defaultTransportOptions } from "../../../../lib/sip-server/transport/TransportOptions.ts";
import { connectWebSocket } from "../../../../lib/sip-server/transport/webSockets.ts";
import { FakeClock } from "../../../support/sip-server/FakeClock.ts";
import {
    connectTcp,
    openParty,
    requestBytes,
    type TransportParty,
} from "../../../support/sip-server/transportParty.ts";

/** Limit of all unknown peers together, set so high that only the limit of one peer is tested. */
const plenty = { perSecond: 1_000, burst: 1_000 };

let server: TransportParty;

async function connect(...subprotocols: string[]): Promise<WebSocket> {
    server = await openParty(["ws"]);
    return new WebSocket(`ws://127.0.0.1:${server.target("ws").port}/`, subprotocols);
}

test("the subprotocol sip is agreed on, whatever else is offered", async () => {
    const client = await connect("xmpp", "sip");
    await once(client, "open");
    expect(client.protocol).toBe("sip");
    client.terminate();
});

test.each([[["xmpp"]], [[]]])("without the subprotocol sip (%j) there is no connection", async (offered) => {
    const client = await connect(...offered);
    const [error] = (await once(client, "error")) as [Error];
    expect(error.message).toContain("400");
    expect(await server.drops.next()).toBe("handshake");
});

test("answers a plain HTTP request with 426", async () => {
    server = await openParty(["ws"]);
    const question = httpRequest({ host: "127.0.0.1", port: server.target("ws").port, path: "/" }).end();
    const [response] = (await once(question, "response")) as [IncomingMessage];
    response.resume();
    expect([response.statusCode, response.headers.connection]).toEqual([426, "close"]);
});

test.each(["ws", "wss"] as const)(
    "a %s server that accepts a connection and says nothing is given up in time",
    async (protocol) => {
        const silent = createServer().listen(0, "127.0.0.1");
        onTestFinished(() => void silent.close());
        await once(silent, "listening");
        const { port } = silent.address() as AddressInfo;
        const clock = new FakeClock();
        const options = { ...defaultTransportOptions, clock };
        const connected = once(silent, "connection");
        const outcome = connectWebSocket({ protocol, address: "127.0.0.1", port }, options).catch(String);
        const [socket] = (await connected) as [Socket];
        onTestFinished(() => void socket.destroy());
        clock.advance(options.connectTimeoutMs);
        expect(await outcome).toMatch(/no WebSocket connection in time/);
        expect(clock.pending).toBe(0);
    },
);

test.each([["text"], ["binary"]])("one message per %s frame, from a browser behind a TLS proxy too", async (kind) => {
    const client = await connect("sip");
    await once(client, "open");
    client.send(requestBytes("wss", "one"), { binary: kind === "binary" });
    const { message, flow } = await server.arrivals.next();
    expect([message.headers.get("Call-ID"), flow.protocol]).toEqual(["one", "ws"]);
    client.terminate();
});

test("answers are text, as browsers expect; bytes that are no text go as binary", async () => {
    const client = await connect("sip");
    await once(client, "open");
    client.send(requestBytes("ws", "one"));
    const { flow } = await server.arrivals.next();
    for (const [data, binary] of [[Buffer.from("grün"), false] as const, [Buffer.from([0xff]), true] as const]) {
        const heard = once(client, "message");
        await flow.send(data);
        expect(await heard).toEqual([data, binary]);
    }
    client.terminate();
});

test("CRLFCRLF is answered by CRLF", async () => {
    const client = await connect("sip");
    await once(client, "open");
    client.send("\r\n\r\n");
    const [data] = (await once(client, "message")) as [Buffer];
    expect(data.toString()).toBe("\r\n");
    client.terminate();
});

test("a frame larger than any message may be closes the connection", async () => {
    const client = await connect("sip");
    await once(client, "open");
    client.send(Buffer.alloc(400_000));
    const [code] = (await once(client, "close")) as [number];
    expect([1009, 1006]).toContain(code);
    expect(await server.drops.next()).toBe("framing");
});

test("a ping is answered with what it carries", async () => {
    const client = await connect("sip");
    await once(client, "open");
    client.ping("still there?");
    const [data] = (await once(client, "pong")) as [Buffer];
    expect(data.toString()).toBe("still there?");
    client.terminate();
});

test.each([
    ["pings of WebSocket", (client: WebSocket) => client.ping(Buffer.alloc(100))],
    ["pings of SIP", (client: WebSocket) => client.send("\r\n\r\n")],
])("who sends %s and reads no answers is cut off", async (_name, ping) => {
    server = await openParty(["ws"], { maxQueuedBytes: 1 });
    const client = new WebSocket(`ws://127.0.0.1:${server.target("ws").port}/`, "sip");
    await once(client, "open");
    ping(client);
    expect(await server.drops.next()).toBe("backpressure");
    await once(client, "close");
});

test.each([
    ["pings of WebSocket", (client: WebSocket) => client.ping()],
    ["pings of SIP", (client: WebSocket) => client.send("\r\n\r\n")],
])("counts %s from an unknown peer as messages", async (_name, ping) => {
    const rateLimit = { perSecond: 1, burst: 2, maxSources: 10, altogether: plenty };
    server = await openParty(["ws"], { clock: new FakeClock(), admit: () => "unknown", rateLimit });
    const client = new WebSocket(`ws://127.0.0.1:${server.target("ws").port}/`, "sip");
    await once(client, "open");
    for (let n = 0; n < 3; n++) ping(client);
    expect(await server.drops.next()).toBe("rateLimited");
    client.terminate();
});

test("a message begun and not finished is not waited for beyond the limit", async () => {
    const clock = new FakeClock();
    server = await openParty(["ws"], { clock });
    const client = new WebSocket(`ws://127.0.0.1:${server.target("ws").port}/`, "sip");
    await once(client, "open");
    client.send(requestBytes("ws", "whole"));
    await server.arrivals.next();
    client.send("OPTIONS", { fin: false });
    // The answer to a ping comes after what was sent before it was read.
    client.ping();
    await once(client, "pong");
    client.send(" sip:b@example.com", { fin: false });
    client.ping();
    await once(client, "pong");
    clock.advance(10_000);
    expect(await server.drops.next()).toBe("slowMessage");
    await once(client, "close");
});

/** A frame as a client sends it: with a mask, of zeros. */
function frame(first: number, payload: string): Buffer {
    return Buffer.concat([Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]), Buffer.from(payload)]);
}

/** A bare socket that has become a WebSocket. */
async function upgraded(): Promise<Socket> {
    const socket = await connectTcp(server, "ws");
    const head = [
        "GET / HTTP/1.1",
        "Host: a",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
    ];
    const more = ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: sip", "", ""];
    socket.write([...head, ...more].join("\r\n"));
    await once(socket, "data");
    return socket;
}

test("pings, in pieces, do not prolong the time a message may take", async () => {
    const clock = new FakeClock();
    server = await openParty(["ws"], { clock });
    const socket = await upgraded();
    socket.setNoDelay(true);
    const [text, ping] = [0x01, 0x89];
    socket.write(frame(text, "OPTIONS"));
    for (let n = 0; n < 3; n++) {
        const [head, rest] = [frame(ping, "x").subarray(0, 1), frame(ping, "x").subarray(1)];
        // what is answered was read before what follows is sent
        socket.write(Buffer.concat([frame(ping, "y"), head]));
        await once(socket, "data");
        socket.write(rest);
        await once(socket, "data");
    }
    clock.advance(30_000);
    expect(await server.drops.next()).toBe("slowMessage");
    await once(socket, "close");
});

test("keeps incomplete messages of unknown peers up to a limit", async () => {
    server = await openParty(["ws"], { admit: () => "unknown", maxUnfinishedBytes: 100_000 });
    const client = new WebSocket(`ws://127.0.0.1:${server.target("ws").port}/`, "sip");
    await once(client, "open");
    client.send("x".repeat(90_000), { fin: false });
    client.send("x".repeat(20_000), { fin: false });
    await once(client, "close");
    expect(await server.drops.next()).toBe("tooMuchUnfinished");
});

test.each([
    ["an unknown version", "Sec-WebSocket-Version: 7"],
    ["no key", "X-Key: 1"],
])("answers a handshake with %s with the supported version", async (_name, line) => {
    server = await openParty(["ws"]);
    const socket = await connectTcp(server, "ws");
    const head = ["GET / HTTP/1.1", "Host: a", "Upgrade: websocket", "Connection: Upgrade", line];
    socket.write([...head, "Sec-WebSocket-Protocol: sip", "", ""].join("\r\n"));
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 400 .*Sec-WebSocket-Version: 13\r\n/s);
    await once(socket, "close");
    expect(await server.drops.next()).toBe("handshake");
});

test("a message in more pieces than any phone would make closes the connection", async () => {
    const client = await connect("sip");
    await once(client, "open");
    for (let n = 0; n < 100; n++) client.send("x", { fin: false });
    await once(client, "close");
    expect(await server.drops.next()).toBe("framing");
});

test.each<[string, string | undefined, string | undefined]>([
    ["no Origin", undefined, undefined],
    ["an allowed Origin", "https://Phone.example", undefined],
    ["another Origin", "https://evil.example", "https://evil.example"],
])("a request by the WebSocket of %s is marked with what is not allowed", async (_name, origin, marked) => {
    server = await openParty(["ws"], { webSocketOrigins: ["https://phone.example"] });
    const client = new WebSocket(
        `ws://127.0.0.1:${server.target("ws").port}/`,
        "sip",
        origin === undefined ? {} : { origin },
    );
    await once(client, "open");
    client.send(requestBytes("ws", "x", ["X-WebSocket-Origin: https://forged.example"]));
    const { message, flow } = await server.arrivals.next();
    expect(message.headers.get("X-WebSocket-Origin")).toBe(marked);
    expect(flow.foreignOrigin).toBe(marked);
    client.terminate();
});

test("a WebSocket of another page has the limits of an unknown peer, whatever its address", async () => {
    const rateLimit = { perSecond: 1, burst: 1, maxSources: 10, altogether: plenty };
    server = await openParty(["ws"], { clock: new FakeClock(), admit: () => "trusted", rateLimit });
    const client = new WebSocket(`ws://127.0.0.1:${server.target("ws").port}/`, "sip", {
        origin: "https://evil.example",
    });
    await once(client, "open");
    for (const callId of ["1", "2"]) client.send(requestBytes("ws", callId));
    expect(await server.drops.next()).toBe("rateLimited");
    client.terminate();
});

test("connects to the path of the target, and again to the same one without being told", async () => {
    const paths: (string | undefined)[] = [];
    const http = createHttpServer().listen(0, "127.0.0.1");
    onTestFinished(() => void http.close());
    await once(http, "listening");
    const accepting = new WebSocketServer({ server: http, handleProtocols: () => "sip" });
    accepting.on("connection", (client, { url }) => {
        paths.push(url);
        client.terminate();
    });
    const party = await openParty(["ws"]);
    const target = { protocol: "ws", address: "127.0.0.1", port: (http.address() as AddressInfo).port } as const;
    for (const one of [{ ...target, path: "/ws" }, target]) {
        const flow = await party.layer.open(one);
        await new Promise<void>((resolve) => void flow.onClose(resolve));
    }
    expect(paths).toEqual(["/ws", "/ws"]);
});
