import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { describe, expect, it, onTestFinished, test } from "vitest";
import { KeepAlive } from "../../../../lib/sip-server/transport/KeepAlive.ts";
import { stunResponse } from "../../../../lib/sip-server/transport/stunResponse.ts";
import { FakeClock } from "../../../support/sip-server/FakeClock.ts";
import { openParty, openUdp, requestBytes } from "../../../support/sip-server/transportParty.ts";

const times = { keepAliveMs: 100_000, pongTimeoutMs: 10_000 };

describe("a connection we opened", () => {
    function watched(chance = 1): { clock: FakeClock; keepAlive: KeepAlive; story: string[] } {
        const clock = new FakeClock();
        const story: string[] = [];
        const keepAlive = new KeepAlive(
            clock,
            times,
            () => story.push("ping"),
            () => story.push("dead"),
            () => chance,
        );
        return { clock, keepAlive, story };
    }

    it.each([
        ["four fifths of the time at the earliest", 0, 80_000],
        ["all of it at the latest", 1, 100_000],
    ])("is pinged after %s", (_when, chance, ms) => {
        const { clock, keepAlive, story } = watched(chance);
        clock.advance(ms - 1);
        expect(story).toEqual([]);
        clock.advance(1);
        expect(story).toEqual(["ping"]);
        keepAlive.stop();
        expect(clock.pending).toBe(0);
    });

    it("is never given up for a peer that knows no pings", () => {
        const { clock, keepAlive, story } = watched();
        clock.advance(1_000_000);
        expect(story).not.toContain("dead");
        expect(story.length).toBeGreaterThanOrEqual(9);
        keepAlive.stop();
    });

    it("is dead when a peer that answered one ping leaves the next unanswered", () => {
        const { clock, keepAlive, story } = watched();
        clock.advance(100_000);
        keepAlive.received(true);
        clock.advance(10_000);
        clock.advance(110_000);
        expect(story).toEqual(["ping", "ping", "dead"]);
        expect(clock.pending).toBe(0);
        keepAlive.stop();
    });

    it("lives as long as anything is heard", () => {
        const { clock, keepAlive, story } = watched();
        clock.advance(100_000);
        keepAlive.received(true);
        clock.advance(10_000);
        clock.advance(100_000);
        keepAlive.received(false);
        clock.advance(10_000);
        expect(story).toEqual(["ping", "ping"]);
        keepAlive.stop();
    });

    it("shows that over a real socket: pings go out, a pong obliges, silence closes", async () => {
        const clock = new FakeClock();
        const client = await openParty([], { clock, ...times, connectTimeoutMs: 1_000_000 });
        const listener = createServer().listen(0, "127.0.0.1");
        onTestFinished(() => void listener.close());
        await once(listener, "listening");
        const { port } = listener.address() as AddressInfo;
        const [flow, [peer]] = await Promise.all([
            client.layer.open({ protocol: "tcp", address: "127.0.0.1", port }),
            once(listener, "connection") as Promise<[Socket]>,
        ]);
        const closed = new Promise<void>((resolve) => flow.onClose(resolve));
        clock.advance(100_000);
        const [first] = (await once(peer, "data")) as [Buffer];
        expect(first.toString()).toBe("\r\n\r\n");
        peer.write(Buffer.concat([Buffer.from("\r\n"), requestBytes("tcp", "after-the-pong")]));
        await client.arrivals.next();
        clock.advance(10_000);
        clock.advance(110_000);
        await closed;
        expect(await client.drops.next()).toBe("dead");
    });
});

/** A Binding request with the transaction id of RFC 5769. */
const request = Buffer.from("000100002112a442b7e7a701bc34d686fa87dfae", "hex");

describe("STUN on the SIP port", () => {
    it.each([
        // RFC 5769 2.2 and 2.3: the mapped addresses of their sample responses
        ["192.0.2.1", 32_853, "0101000c2112a442b7e7a701bc34d686fa87dfae002000080001a147e112a643"],
        [
            "2001:db8:1234:5678:11:2233:4455:6677",
            32_853,
            "010100182112a442b7e7a701bc34d686fa87dfae002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9",
        ],
    ])("answers with the address it sees: %s", (address, port, answer) => {
        expect(stunResponse(request, { address, port })?.toString("hex")).toBe(answer);
    });

    it.each([
        ["too short", request.subarray(0, 19)],
        ["of another type", Buffer.concat([Buffer.from([1, 1]), request.subarray(2)])],
        ["without the cookie", Buffer.concat([request.subarray(0, 4), Buffer.alloc(16)])],
        ["longer than it says", Buffer.concat([request, Buffer.alloc(4)])],
    ])("leaves to others what is %s", (_what, datagram) => {
        expect(stunResponse(datagram, { address: "192.0.2.1", port: 1 })).toBeUndefined();
    });

    test("over a real socket", async () => {
        const server = await openParty(["udp"]);
        const phone = await openUdp();
        phone.send(request, server.target("udp").port, "127.0.0.1");
        const [answer] = (await once(phone, "message")) as [Buffer];
        expect(answer).toEqual(stunResponse(request, { address: "127.0.0.1", port: phone.address().port }));
    });
});

test("limits the answers to pings of an unknown peer", async () => {
    const server = await openParty(["udp"], {
        clock: new FakeClock(),
        admit: () => "unknown",
        rateLimit: { perSecond: 1, burst: 2, maxSources: 10, altogether: { perSecond: 10, burst: 10 } },
    });
    const phone = await openUdp();
    const answers: string[] = [];
    phone.on("message", (data: Buffer) => answers.push(data.toString()));
    for (let n = 0; n < 3; n++) phone.send("\r\n\r\n", server.target("udp").port, "127.0.0.1");
    expect(await server.drops.next()).toBe("rateLimited");
    expect(answers.length).toBeLessThanOrEqual(2);
});
