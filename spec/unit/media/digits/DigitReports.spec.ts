import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../../../../lab/world/until.ts";
import { DigitReports } from "../../../../lib/media/digits/DigitReports.ts";

describe("the listener for rtpengine's reports of digits", () => {
    let reports: DigitReports;
    let port: number;
    let heard: string[];
    let engine: Socket;

    beforeEach(async () => {
        engine = await bind("127.0.0.1");
        const other = await bind("127.0.0.1");
        ({ port } = other.address());
        other.close();
        heard = [];
        reports = new DigitReports({
            listen: { host: "127.0.0.1", port },
            engines: [{ host: "127.0.0.1", port: 2223 }],
        });
        expect(await reports.start()).toBe(true);
        reports.listen("call", (side, digit) => heard.push(`${side} ${digit}`));
    });

    afterEach(() => {
        reports.stop();
        reports.stop();
        engine.close();
    });

    function send(event: number, call = "call", from = engine): void {
        const report = { callid: call, source_tag: "origin", type: "DTMF", event };
        from.send(JSON.stringify(report), port, "127.0.0.1");
    }

    /** Datagrams of a socket arrive in order on the loopback interface. */
    async function heardAll(expected: readonly string[]): Promise<void> {
        send(9);
        await until(() => (heard.at(-1) === "origin 9" ? true : undefined), {
            what: "the last digit",
            timeoutMs: 2_000,
        });
        expect(heard).toEqual([...expected, "origin 9"]);
    }

    it("passes each digit to its call, in order", async () => {
        const other: string[] = [];
        reports.listen("other", (_, digit) => other.push(digit));
        for (const event of [1, 11]) send(event);
        send(2, "other");
        await heardAll(["origin 1", "origin #"]);
        expect(other).toEqual(["2"]);
    });

    it("passes on the same key pressed twice, also if both reports arrive at the same time", async () => {
        send(1);
        send(1);
        await heardAll(["origin 1", "origin 1"]);
    });

    it("ignores reports about unknown calls and about calls that have ended", async () => {
        const end = reports.listen("over", () => heard.push("after the end"));
        end();
        send(1, "over");
        send(1, "unknown");
        engine.send("nonsense", port, "127.0.0.1");
        await heardAll([]);
    });

    it("ignores reports from a host that is no rtpengine", async () => {
        const unknown = await bind("127.0.0.2");
        send(1, "call", unknown);
        await once(unknown.close(), "close");
        await heardAll([]);
    });

    it("does not start if its port is in use", async () => {
        const second = new DigitReports({ listen: { host: "127.0.0.1", port }, engines: [] });
        expect(await second.start()).toBe(false);
    });
});

async function bind(address: string): Promise<Socket> {
    const socket = createSocket("udp4");
    socket.bind(0, address);
    await once(socket, "listening");
    return socket;
}
