import { writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { makeRunDirectory } from "../lab/labFolder.ts";
import { freePort, loopback } from "../lab/world/freePort.ts";
import { SipMessenger } from "../lab/world/SipMessenger.ts";
import {
    callee,
    calledNumber,
    domain,
    planBridge,
    startBridge,
    type BridgePlan,
    type RunningBridge,
} from "./BridgeUnderTest.ts";
import { callerNumber } from "./callers.ts";
import { MessageHomeserver } from "./MessageHomeserver.ts";
import { cpuMs } from "./processCpu.ts";
import { quantile } from "./quantile.ts";

export interface MessageLoadSize {
    readonly messagesPerSecond: number;
    readonly seconds: number;
    /** Numbers that write and are written to. */
    readonly conversations: number;
}

export interface DirectionFigures {
    readonly perSecond: number;
    /** CPU time of the bridge and its SIP server for one message. */
    readonly cpuMs: number;
    /** From sending to arrival, for 95 of 100 messages. */
    readonly p95Ms: number;
}

export interface MessageFigures {
    readonly toMatrix: DirectionFigures;
    readonly toSip: DirectionFigures;
    readonly lost: number;
    readonly doubled: number;
}

const settleMs = 40_000;
const tickMs = 10;

interface World {
    readonly bridge: RunningBridge;
    readonly homeserver: MessageHomeserver;
    readonly peer: SipMessenger;
    readonly sipPort: number;
}

/** The bridge with its SIP server, between a SIP peer and a homeserver that take no time. */
export async function measureMessageLoad(size: MessageLoadSize, say: (line: string) => void): Promise<MessageFigures> {
    const plan = await planBridge(makeRunDirectory("bench-messages"), await freePort());
    const trunkPort = await freePort();
    writeFileSync(plan.configFile, JSON.stringify(configOf(plan, trunkPort)));
    const homeserver = await MessageHomeserver.start({
        port: plan.ports.homeserver,
        domain,
        hsToken: plan.hsToken,
        appserviceUrl: `http://${loopback}:${plan.ports.appservice}`,
        user: callee,
    });
    const peer = await SipMessenger.start(trunkPort);
    const bridge = await startBridge(plan);
    const world = { bridge, homeserver, peer, sipPort: plan.ports.sip };
    try {
        say("the first message of every number, which creates its room");
        const first = sender(world, size.conversations);
        for (let n = 0; n < size.conversations; n += 1) {
            first.toMatrix(`first ${n}`);
            await delay(tickMs);
        }
        await until(() => homeserver.arrived.length >= size.conversations);
        const rooms = homeserver.arrived.map(({ room }) => room);
        say("SIP to Matrix");
        const toMatrix = await measure(
            world,
            size,
            (body) => first.toMatrix(body),
            () => homeserver.arrived,
        );
        say("Matrix to SIP");
        let next = 0;
        const write = (body: string): void => homeserver.say(rooms[next++ % rooms.length] ?? "", body);
        const toSip = await measure(world, size, write, () => peer.received);
        return {
            toMatrix: toMatrix.figures,
            toSip: toSip.figures,
            lost: toMatrix.lost + toSip.lost,
            doubled: toMatrix.doubled + toSip.doubled,
        };
    } finally {
        await bridge.process.stop(5_000);
        await Promise.all([homeserver.stop(), peer.stop()]);
    }
}

function sender({ peer, sipPort }: World, conversations: number): { readonly toMatrix: (body: string) => void } {
    let sent = 0;
    return {
        toMatrix: (body) => {
            const from = `sip:${callerNumber(sent++ % conversations)}@${loopback}:${peer.port}`;
            peer.send(sipPort, { to: `sip:${calledNumber}@${loopback}`, body, from });
        },
    };
}

/** Sends at the wanted rate, waits until all has arrived, and compares what was sent with what arrived. */
async function measure(
    { bridge }: World,
    { messagesPerSecond, seconds }: MessageLoadSize,
    send: (body: string) => void,
    arrivals: () => readonly { readonly body: string; readonly at: number }[],
): Promise<{ readonly figures: DirectionFigures; readonly lost: number; readonly doubled: number }> {
    const sentAt = new Map<string, number>();
    const total = Math.round(messagesPerSecond * seconds);
    const cpuBefore = cpuOf(bridge);
    const before = arrivals().length;
    const started = Date.now();
    for (let n = 0; n < total;) {
        const due = Math.min(total, Math.floor(((Date.now() - started) * messagesPerSecond) / 1_000));
        for (; n < due; n += 1) {
            const body = `message ${n} of ${started}`;
            sentAt.set(body, Date.now());
            send(body);
        }
        await delay(tickMs);
    }
    await until(() => arrivals().length - before >= total);
    const arrived = arrivals().slice(before);
    const elapsed = (Math.max(...arrived.map(({ at }) => at), started + 1) - started) / 1_000;
    const bodies = new Set(arrived.map(({ body }) => body));
    const delays = arrived.map(({ body, at }) => at - (sentAt.get(body) ?? at));
    const round = (value: number): number => Math.round(value * 100) / 100;
    return {
        figures: {
            perSecond: round(bodies.size / elapsed),
            cpuMs: round((cpuOf(bridge) - cpuBefore) / total),
            p95Ms: quantile(delays, 0.95),
        },
        lost: [...sentAt.keys()].filter((body) => !bodies.has(body)).length,
        doubled: arrived.length - bodies.size,
    };
}

function cpuOf({ pid, sipServerPid }: RunningBridge): number {
    return cpuMs(pid) + cpuMs(sipServerPid);
}

/** Resolves when it is so, or after the time in which everything is repeated that will be. */
async function until(isSo: () => boolean): Promise<void> {
    const deadline = Date.now() + settleMs;
    while (!isSo() && Date.now() < deadline) await delay(tickMs);
    // for messages that arrive twice
    await delay(1_000);
}

function configOf({ ports }: BridgePlan, trunkPort: number): object {
    return {
        homeserver: { url: `http://${loopback}:${ports.homeserver}`, domain },
        appservice: { port: ports.appservice },
        matrix: { joinAsCallee: true },
        sip: { listen: [`udp:${loopback}:${ports.sip}`] },
        trunks: [
            {
                name: "trunk",
                address: `${loopback}:${trunkPort}`,
                media: "webrtc",
                probeSeconds: 0,
                callerId: calledNumber,
                callsPerSecond: 10_000,
            },
        ],
        numbers: { defaultCountry: "GB", map: { [calledNumber]: callee } },
        messaging: { allow: [{ users: [callee], numbers: ["+*"] }], perMinute: 100_000, burst: 100_000 },
        media: "none",
        store: { path: "data" },
        logging: { level: "info", format: "json" },
    };
}
