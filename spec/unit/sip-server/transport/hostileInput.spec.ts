import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { responseTo } from "../../../../lib/sip-server/sip/responseTo.ts";
import type { SipMessage } from "../../../../lib/sip-server/sip/SipMessage.ts";
import type { Protocol } from "../../../../lib/sip-server/transport/SipTransport.ts";
import { FakeClock } from "../../../support/sip-server/FakeClock.ts";
import {
    connectTcp,
    openParty,
    openUdp,
    requestBytes,
    type TransportParty,
} from "../../../support/sip-server/transportParty.ts";

/** Limit of all unknown peers together, set so high that only the limit of one peer is tested. */
const plenty = { perSecond: 1_000, burst: 1_000 };

function callId(message: SipMessage): string | undefined {
    return message.headers.get("Call-ID");
}

test.each<[Protocol, readonly string[], string]>([
    ["udp", ["Require: a\nb"], "SIP/2.0 400 Bad Header Line"],
    ["tcp", ["Require: a\nb"], "SIP/2.0 400 Bad Header Line"],
])("a broken request over %s is refused with the reason, and counted", async (protocol, more, statusLine) => {
    const server = await openParty([protocol]);
    const answer = await exchange(server, protocol, requestBytes(protocol, "bad", more));
    expect(answer.split("\r\n")[0]).toBe(statusLine);
    expect(answer).toContain("To: <sip:b@example.com>;tag=");
    expect(await server.drops.next()).toBe("refused");
    expect(server.layer.counters.dropped.get("refused")).toBe(1);
});

/** Sends the bytes from a bare socket and gives back the first that come in return. */
async function exchange(server: TransportParty, protocol: Protocol, bytes: Buffer): Promise<string> {
    if (protocol === "udp") {
        const socket = await openUdp();
        socket.send(bytes, server.target("udp").port, "127.0.0.1");
        const [data] = (await once(socket, "message")) as [Buffer];
        return data.toString();
    }
    const socket = await connectTcp(server, protocol);
    socket.write(bytes);
    const [data] = (await once(socket, "data")) as [Buffer];
    return data.toString();
}

test.each<[string, Buffer, string]>([
    ["a scanner", requestBytes("udp", "x", ["User-Agent: friendly-scanner"]), "scanner"],
    ["noise", Buffer.from("hello"), "malformed"],
])("dropped over UDP without an answer: %s", async (_name, bytes, reason) => {
    const server = await openParty(["udp"]);
    const socket = await openUdp();
    const heard: string[] = [];
    socket.on("message", (data) => heard.push(data.toString()));
    socket.send(bytes, server.target("udp").port, "127.0.0.1");
    expect(await server.drops.next()).toBe(reason);
    // What is answered comes after what was dropped: had that been answered too, it would have been heard before.
    socket.send(requestBytes("udp", "bad", ["Require: a\nb"]), server.target("udp").port, "127.0.0.1");
    await once(socket, "message");
    expect(heard.map((text) => text.split("\r\n")[0])).toEqual(["SIP/2.0 400 Bad Header Line"]);
});

test("sources that are not listed get no answer and no connection", async () => {
    const server = await openParty(["udp", "tcp", "ws"], { admit: () => "drop" });
    const socket = await openUdp();
    socket.send(requestBytes("udp", "x"), server.target("udp").port, "127.0.0.1");
    expect(await server.drops.next()).toBe("unlistedSource");
    for (const protocol of ["tcp", "ws"] as const) {
        const connection = await connectTcp(server, protocol);
        await once(connection.resume(), "close");
        expect(await server.drops.next()).toBe("unlistedSource");
    }
    expect(server.arrivals.size).toBe(0);
});

test("the answer of one who is not listed is handed up: it may be whom we asked by name", async () => {
    const server = await openParty(["udp"], { admit: () => "drop" });
    const socket = await openUdp();
    const head = ["SIP/2.0 200 OK", "Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1", "From: <sip:a@a>;tag=1"];
    const rest = ["To: <sip:b@b>;tag=2", "Call-ID: 1", "CSeq: 1 OPTIONS", "Content-Length: 0", "", ""];
    socket.send([...head, ...rest].join("\r\n"), server.target("udp").port, "127.0.0.1");
    const { message } = await server.arrivals.next();
    expect(message.kind).toBe("response");
});

test.each([
    ["unknown", 2, 3],
    ["trusted", 5, 0],
] as const)(
    "of five messages in a burst of a peer that is %s over TCP %d are handed up, %d dropped",
    async (admission, up, dropped) => {
        const rateLimit = { perSecond: 1, burst: 2, maxSources: 10, altogether: plenty };
        const server = await openParty(["tcp"], { clock: new FakeClock(), admit: () => admission, rateLimit });
        const socket = await connectTcp(server);
        socket.end(Buffer.concat(Array.from({ length: 5 }, (_, n) => requestBytes("tcp", `n${n}`))));
        const { flow } = await server.arrivals.next();
        await new Promise<void>((resolve) => flow.onClose(resolve));
        expect([server.arrivals.size + 1, server.drops.size]).toEqual([up, dropped]);
    },
);

test("drops datagrams of an unknown peer above its rate, and counts responses to broken requests too", async () => {
    const clock = new FakeClock();
    const rateLimit = { perSecond: 1, burst: 3, maxSources: 10, altogether: plenty };
    const server = await openParty(["udp"], { clock, admit: () => "unknown", rateLimit });
    const socket = await openUdp();
    const { port } = server.target("udp");
    socket.send(requestBytes("udp", "bad", ["Require: a\nb"]), port, "127.0.0.1");
    socket.send(requestBytes("udp", "good"), port, "127.0.0.1");
    socket.send(requestBytes("udp", "late"), port, "127.0.0.1");
    expect([await server.drops.next(), await server.drops.next()]).toEqual(["refused", "rateLimited"]);
    clock.advance(1_000);
    socket.send(requestBytes("udp", "again"), port, "127.0.0.1");
    const arrivals = [await server.arrivals.next(), await server.arrivals.next()];
    expect(arrivals.map(({ message }) => callId(message))).toEqual(["good", "again"]);
});

test("connections beyond the limit of a source are cut, and there is room again after one closes", async () => {
    const server = await openParty(["tcp"], { admit: () => "unknown", maxConnectionsPerSource: 1 });
    const first = await connectTcp(server);
    first.write(requestBytes("tcp", "first"));
    const { flow } = await server.arrivals.next();
    const second = await connectTcp(server);
    await once(second.resume(), "close");
    expect(await server.drops.next()).toBe("tooManyConnectionsFromSource");
    const closed = new Promise<void>((resolve) => flow.onClose(resolve));
    first.destroy();
    await closed;
    const third = await connectTcp(server);
    third.write(requestBytes("tcp", "third"));
    expect(callId((await server.arrivals.next()).message)).toBe("third");
});

test("counts connections opened to deliver late responses to unknown peers as their own", async () => {
    const server = await openParty(["tcp"], { admit: () => "unknown", maxConnectionsPerSource: 1 });
    const listener = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void listener.close());
    await once(listener, "listening");
    const { port } = listener.address() as AddressInfo;
    const peer = await connectTcp(server);
    peer.write(requestBytes("tcp", "x").toString().replace("client.invalid:5099", `127.0.0.1:${port}`));
    const { message, flow } = await server.arrivals.next();
    if (message.kind !== "request") throw new Error("no request");
    const closed = new Promise<void>((resolve) => flow.onClose(resolve));
    peer.destroy();
    await closed;
    const held = await connectTcp(server);
    held.write(requestBytes("tcp", "held"));
    const { flow: holding } = await server.arrivals.next();
    const answer = responseTo(message, 200);
    await expect(server.layer.respond(answer, flow)).rejects.toThrow("connections");
    expect(await server.drops.next()).toBe("tooManyConnectionsFromSource");
    const freed = new Promise<void>((resolve) => holding.onClose(resolve));
    held.destroy();
    await freed;
    const connected = once(listener, "connection");
    await server.layer.respond(answer, flow);
    const [back] = (await connected) as [Socket];
    const [bytes] = (await once(back, "data")) as [Buffer];
    expect(bytes.toString()).toContain("SIP/2.0 200");
    back.destroy();
});

test("CRLFCRLF is answered by CRLF, a lone CRLF over UDP by nothing", async () => {
    const server = await openParty(["tcp", "udp"]);
    expect(await exchange(server, "tcp", Buffer.from("\r\n\r\n"))).toBe("\r\n");
    const socket = await openUdp();
    const { port } = server.target("udp");
    const answers: string[] = [];
    socket.on("message", (data: Buffer) => answers.push(data.toString()));
    socket.send("\r\n", port, "127.0.0.1");
    socket.send("\r\n\r\n", port, "127.0.0.1");
    await once(socket, "message");
    socket.send(requestBytes("udp", "after"), port, "127.0.0.1");
    await server.arrivals.next();
    expect(answers).toEqual(["\r\n"]);
    expect(server.drops.size).toBe(0);
});

test("a half message is not waited for beyond the limit", async () => {
    const clock = new FakeClock();
    const server = await openParty(["tcp"], { clock });
    const socket = await connectTcp(server);
    socket.write(Buffer.concat([requestBytes("tcp", "whole"), Buffer.from("OPTIONS sip:b")]));
    await server.arrivals.next();
    clock.advance(10_000);
    await once(socket.resume(), "close");
    expect(await server.drops.next()).toBe("slowMessage");
    expect(server.layer.counters.connections).toBe(0);
});

/** A request with a body of that many bytes, cut in two. */
function halves(protocol: Protocol, callId: string, bytes: number): readonly [Buffer, Buffer] {
    const text = requestBytes(protocol, callId).toString().replace("Content-Length: 0", `Content-Length: ${bytes}`);
    const whole = Buffer.from(text + "x".repeat(bytes));
    return [whole.subarray(0, -1), whole.subarray(-1)];
}

test.each<["unknown" | "trusted", readonly string[]]>([
    ["unknown", ["a", "b"]],
    ["trusted", ["a", "b", "large"]],
])("of what every %s has begun only so much is kept: the largest message goes first", async (admission, kept) => {
    const server = await openParty(["tcp"], { admit: () => admission, maxUnfinishedBytes: 100_000 });
    const senders = await Promise.all(
        [halves("tcp", "a", 10_000), halves("tcp", "b", 20_000), halves("tcp", "large", 90_000)].map(
            async ([begun, rest]) => ({ socket: await connectTcp(server), begun, rest }),
        ),
    );
    for (const { socket, begun } of senders) socket.write(begun);
    if (admission === "unknown") {
        await once((senders[2] ?? expect.fail()).socket.resume(), "close");
        expect(await server.drops.next()).toBe("tooMuchUnfinished");
    }
    for (const { socket, rest } of senders) socket.write(rest);
    const arrivals: (string | undefined)[] = [];
    for (const _ of kept) arrivals.push(callId((await server.arrivals.next()).message));
    expect(arrivals.sort()).toEqual(kept);
});

test("what was begun is forgotten with its connection, and once it is whole", async () => {
    const server = await openParty(["tcp"], { admit: () => "unknown", maxUnfinishedBytes: 100_000 });
    for (const end of ["destroy", "finish", "destroy", "finish"] as const) {
        const socket = await connectTcp(server);
        socket.write(requestBytes("tcp", "first"));
        const { flow } = await server.arrivals.next();
        const [begun, rest] = halves("tcp", end, 40_000);
        socket.write(begun);
        if (end === "finish") {
            socket.write(rest);
            expect(callId((await server.arrivals.next()).message)).toBe("finish");
        } else {
            const closed = new Promise<void>((resolve) => flow.onClose(resolve));
            socket.destroySoon();
            await closed;
        }
    }
    expect(server.drops.size).toBe(0);
});

test("answers a stream that lost its framing with the reason, and closes it", async () => {
    const server = await openParty(["tcp"]);
    const socket = await connectTcp(server);
    let heard = "";
    socket.on("data", (data: Buffer) => (heard += data.toString()));
    socket.write(requestBytes("tcp", "x").toString().replace("Content-Length: 0", "Content-Length: x"));
    await once(socket, "close");
    expect(heard.split("\r\n")[0]).toBe("SIP/2.0 400 Bad Content-Length Header");
    expect([await server.drops.next(), await server.drops.next()]).toEqual(["refused", "framing"]);
});

test("a peer that does not read is cut off", async () => {
    const server = await openParty(["tcp"], { maxQueuedBytes: 1_000_000 });
    const socket = await connectTcp(server);
    socket.pause();
    socket.write(requestBytes("tcp", "x"));
    const { flow } = await server.arrivals.next();
    const chunk = Buffer.alloc(500_000);
    const sends: Promise<unknown>[] = [];
    while (!flow.closed) sends.push(flow.send(chunk).catch((error: unknown) => error));
    expect(String((await Promise.all(sends)).at(-1))).toContain("does not read");
    await expect(flow.send(chunk)).rejects.toThrow("closed");
    expect(await server.drops.next()).toBe("backpressure");
});
