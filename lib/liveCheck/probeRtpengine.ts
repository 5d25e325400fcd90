import { lookup } from "node:dns/promises";
import { formatHostPort, type Endpoint } from "../config/HostPort.ts";
import { NgClient } from "../media/NgClient.ts";
import { NgFailure } from "../media/NgFailure.ts";
import { UdpNgSocket } from "../media/UdpNgSocket.ts";
import { systemClock } from "../telemetry/systemClock.ts";
import { type Finding, type Result, timed } from "./Finding.ts";

/** Pings one rtpengine on its control port. (The ng protocol does not report its version.) */
export async function probeRtpengine(endpoint: Endpoint, timeoutMs: number): Promise<Finding> {
    const where = formatHostPort(endpoint);
    return await timed("rtpengine", `ng ping, udp ${where}`, () => ping(endpoint, timeoutMs));
}

async function ping(endpoint: Endpoint, timeoutMs: number): Promise<Result> {
    try {
        await lookup(endpoint.host);
    } catch {
        const advice = "check media.rtpengine and the DNS of this machine";
        return { kind: "fails", text: `no address for ${endpoint.host}`, advice };
    }
    const client = new NgClient(endpoint, {
        clock: systemClock,
        timeoutMs,
        openSocket: (address, receive) => new UdpNgSocket(address, receive),
    });
    try {
        await client.request("ping");
        return { kind: "works", text: "pong" };
    } catch (error) {
        if (!(error instanceof NgFailure)) throw error;
        const advice = "check media.rtpengine and rtpengine's listen-ng, and that rtpengine runs";
        const text = error.kind === "timeout" ? "no response" : error.message;
        return { kind: "fails", text, advice };
    } finally {
        client.close();
    }
}
