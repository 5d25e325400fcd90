import { setTimeout as delay } from "node:timers/promises";
import { makeRunDirectory } from "../lab/labFolder.ts";
import { Rtpengine } from "../lab/world/Rtpengine.ts";
import { loopback } from "../lab/world/freePort.ts";
import {
    callee,
    calledNumber,
    domain,
    planBridge,
    startBridge,
    type BridgePlan,
    type RunningBridge,
} from "./BridgeUnderTest.ts";
import { heapInUse } from "./heapInUse.ts";
import { cpuMs } from "./processCpu.ts";
import { quantile } from "./quantile.ts";
import { placeCalls, type LoadPlan, type LoadResult } from "./SippLoad.ts";
import { StandInHomeserver } from "./StandInHomeserver.ts";

export interface CallLoadFigures {
    readonly calls: { readonly perSecond: number; readonly attempted: number; readonly failed: number };
    readonly retransmissions: number;
    readonly cpuMsPerCall: { readonly bridge: number; readonly sipServer: number };
    readonly inviteToMatrixMs: { readonly p50: number; readonly p95: number };
    readonly answerTo200Ms: { readonly p50: number; readonly p95: number };
    readonly standing: { readonly calls: number; readonly mebibytes: number };
}

export interface LoadSize {
    readonly callsPerSecond: number;
    readonly seconds: number;
    readonly standingCalls: number;
    /** For the media of this bridge, if there is another one. */
    readonly mediaPorts?: readonly [first: number, last: number];
}

const talkMs = 1_000;
/** SIP transactions are kept for 32 s (RFC 3261, 64*T1), ended calls as long. */
const forgetMs = 40_000;
/** Twice as many as are connected at the same time, so that no number has two calls. */
const callersPer = (callsPerSecond: number): number => callsPerSecond * 4;

/** A bridge that takes calls, and what it needs. */
export interface LoadedBridge {
    readonly plan: BridgePlan;
    readonly bridge: RunningBridge;
    readonly homeserver: StandInHomeserver;
    readonly load: (name: string, over: Partial<LoadPlan>) => Promise<LoadResult>;
}

/**
 * The bridge with its SIP server and a real rtpengine, against phones played by SIPp and a homeserver that takes no time. Each
 * caller has called once, which makes the rooms. All of it is ended after `use`.
 * @param config what the bridge's configuration has in addition
 */
export async function withLoadedBridge<T>(
    size: LoadSize,
    config: object,
    use: (loaded: LoadedBridge) => Promise<T>,
): Promise<T> {
    const [firstPort, lastPort] = size.mediaPorts ?? [16_384, 32_000];
    const rtpengine = await Rtpengine.start([`--port-min=${firstPort}`, `--port-max=${lastPort}`]);
    const plan = await planBridge(makeRunDirectory("bench"), rtpengine.ngPort, { config });
    const homeserver = await StandInHomeserver.start({
        port: plan.ports.homeserver,
        domain,
        hsToken: plan.hsToken,
        appserviceUrl: `http://${loopback}:${plan.ports.appservice}`,
        callee,
    });
    const bridge = await startBridge(plan);
    try {
        const load = (name: string, over: Partial<LoadPlan>): Promise<LoadResult> =>
            placeCalls({ ...baseLoad(plan, size), name, ...over });
        const callers = Math.max(callersPer(size.callsPerSecond), size.standingCalls);
        await load("warm-up", { calls: callers, callers, callsPerSecond: size.callsPerSecond / 2 });
        return await use({ plan, bridge, homeserver, load });
    } finally {
        await bridge.process.stop(40_000);
        await homeserver.stop();
        await rtpengine.stop();
    }
}

/** What the bridge costs under load, and how much memory its calls take. */
export function measureCallLoad(size: LoadSize, say: (line: string) => void): Promise<CallLoadFigures> {
    say("warming up: every caller calls once");
    return withLoadedBridge(size, {}, async ({ plan: { directory }, bridge, homeserver, load }) => {
        say(`${size.callsPerSecond} calls/s for ${size.seconds} s`);
        const before = { bridge: cpuMs(bridge.pid), sipServer: cpuMs(bridge.sipServerPid) };
        const skipped = callsSoFar(homeserver);
        const result = await load("load", {});
        const perCall = (ms: number): number => ms / result.attempted;
        const cpuMsPerCall = {
            bridge: perCall(cpuMs(bridge.pid) - before.bridge),
            sipServer: perCall(cpuMs(bridge.sipServerPid) - before.sipServer),
        };
        const delays = delaysOf(result, homeserver, skipped);
        say(`${forgetMs / 1_000} s in which what is kept of ended calls is forgotten`);
        await delay(forgetMs);
        say(`${size.standingCalls} connected calls at the same time`);
        const standing = await measureStanding(() => memoryOf(bridge, directory), size, load);
        return {
            calls: { perSecond: size.callsPerSecond, attempted: result.attempted, failed: result.failed },
            retransmissions: result.retransmissions,
            cpuMsPerCall,
            ...delays,
            standing,
        };
    });
}

function baseLoad(plan: BridgePlan, size: LoadSize): LoadPlan {
    return {
        name: "load",
        directory: plan.directory,
        target: { port: plan.ports.sip },
        callee: calledNumber,
        callsPerSecond: size.callsPerSecond,
        calls: size.callsPerSecond * size.seconds,
        talkMs,
        callers: callersPer(size.callsPerSecond),
    };
}

type Skipped = (caller: string) => number;

/** How many calls of each caller came before the measured ones. */
function callsSoFar(homeserver: StandInHomeserver): Skipped {
    const counts = new Map<string, number>();
    for (const [caller, moments] of homeserver.moments) counts.set(caller, moments.length);
    return (caller) => counts.get(caller) ?? 0;
}

function delaysOf(
    result: LoadResult,
    homeserver: StandInHomeserver,
    skipped: Skipped,
): Pick<CallLoadFigures, "inviteToMatrixMs" | "answerTo200Ms"> {
    const invite: number[] = [];
    const answer: number[] = [];
    const taken = new Map<string, number>();
    for (const call of result.timeline) {
        const nth = taken.get(call.caller) ?? skipped(call.caller);
        taken.set(call.caller, nth + 1);
        const moments = homeserver.moments.get(call.caller)?.[nth];
        if (moments === undefined || call.ok === undefined) continue;
        invite.push(moments.invited - call.invite);
        answer.push(call.ok - moments.answered);
    }
    const spread = (sample: number[]): { p50: number; p95: number } => ({
        p50: quantile(sample, 0.5),
        p95: quantile(sample, 0.95),
    });
    return { inviteToMatrixMs: spread(invite), answerTo200Ms: spread(answer) };
}

/** Of the bridge and its SIP server together, in MiB. */
async function memoryOf(bridge: RunningBridge, directory: string): Promise<number> {
    return (await heapInUse(bridge.pid, directory)) + (await heapInUse(bridge.sipServerPid, directory));
}

async function measureStanding(
    memory: () => Promise<number>,
    size: LoadSize,
    load: (name: string, over: Partial<LoadPlan>) => Promise<LoadResult>,
): Promise<CallLoadFigures["standing"]> {
    const before = await memory();
    const rampMs = (size.standingCalls / size.callsPerSecond) * 1_000;
    const settleMs = 5_000;
    const placing = load("standing", {
        calls: size.standingCalls,
        callers: size.standingCalls,
        talkMs: rampMs + 2 * settleMs,
    });
    await delay(rampMs + settleMs);
    const mebibytes = (await memory()) - before;
    const { attempted, failed } = await placing;
    // calls that ended early take no memory
    if (failed > 0) throw new Error(`memory not measured: ${failed} of ${attempted} standing calls failed`);
    return { calls: attempted, mebibytes };
}
