import { randomBytes } from "node:crypto";
import { freePort, loopback } from "../lab/world/freePort.ts";
import { type LoadSize, withLoadedBridge } from "./callLoad.ts";
import { cpuMs } from "./processCpu.ts";

export interface AdministrationFigures {
    /** CPU time of the bridge per call, round by round. */
    readonly withoutMs: readonly number[];
    readonly withMs: readonly number[];
    /** With administration to without it, by the least of their rounds: other programs on the machine can only add to a round. */
    readonly ratio: number;
    readonly failed: number;
}

/** As assets/admin.html. */
const REFRESH_MS = 5_000;
/** What changes on the machine from round to round counts for both. */
const ROUNDS = ["without", "with", "with", "without", "without", "with", "with", "without"] as const;

/** What call records and an open page of the administration cost, against a bridge that has neither. */
export async function measureAdministration(
    size: Omit<LoadSize, "standingCalls">,
    say: (line: string) => void,
): Promise<AdministrationFigures> {
    const perCall: Record<(typeof ROUNDS)[number], number[]> = { with: [], without: [] };
    let failed = 0;
    for (const round of ROUNDS) {
        say(`${size.callsPerSecond} calls/s for ${size.seconds} s, ${round} records and page`);
        const result = await (round === "with" ? withAdministration(size) : without(size));
        perCall[round].push(result.msPerCall);
        failed += result.failed;
    }
    const ratio = Math.min(...perCall.with) / Math.min(...perCall.without);
    return { withoutMs: perCall.without, withMs: perCall.with, ratio, failed };
}

interface Round {
    readonly msPerCall: number;
    readonly failed: number;
}

function without(size: Omit<LoadSize, "standingCalls">): Promise<Round> {
    return round(size, { records: { keepDays: 0 } }, () => () => undefined);
}

async function withAdministration(size: Omit<LoadSize, "standingCalls">): Promise<Round> {
    const port = await freePort();
    const token = randomBytes(16).toString("hex");
    const admin = { listen: `${loopback}:${port}`, token };
    return round(size, { admin }, () => openPage(`http://${loopback}:${port}/v1/overview`, token));
}

/** @param open begins what goes on during the calls; returns what ends it */
function round(size: Omit<LoadSize, "standingCalls">, config: object, open: () => () => void): Promise<Round> {
    return withLoadedBridge({ ...size, standingCalls: 0 }, config, async ({ bridge, load }) => {
        const close = open();
        const before = cpuMs(bridge.pid);
        const { attempted, failed } = await load("load", {});
        const msPerCall = (cpuMs(bridge.pid) - before) / attempted;
        close();
        return { msPerCall, failed };
    });
}

/** Asks as often as the page does. */
function openPage(url: string, token: string): () => void {
    const ask = async (): Promise<void> => {
        const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
        if (!response.ok) throw new Error(`the page was answered with ${response.status}`);
        await response.text();
    };
    void ask();
    const timer = setInterval(() => void ask(), REFRESH_MS);
    return () => clearInterval(timer);
}
