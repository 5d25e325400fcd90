import { randomBytes } from "node:crypto";
import { freePort, loopback } from "../lab/world/freePort.ts";
import { type LoadedBridge, type LoadSize, withLoadedBridge } from "./callLoad.ts";
import { type EstimatedRatio, pairedRatio } from "./pairedRatio.ts";
import { cpuMs } from "./processCpu.ts";

export interface AdministrationFigures {
    /** CPU time of each bridge per call, round by round. */
    readonly withoutMs: readonly number[];
    readonly withMs: readonly number[];
    /** With administration to without it. */
    readonly ratio: EstimatedRatio;
    readonly failed: number;
}

export interface AdministrationPlan {
    /** Calls a second to each of the two bridges, and for how long in each round. */
    readonly callsPerSecond: number;
    readonly seconds: number;
    readonly rounds: number;
    /** Two bridges without administration, to learn what the measurement itself adds. */
    readonly isBlank: boolean;
}

/** As assets/admin.html. */
const REFRESH_MS = 5_000;
const MEDIA_PORTS = [
    [16_384, 24_191],
    [24_192, 32_000],
] as const;

/** One bridge of a round. */
interface Contestant {
    readonly config: object;
    /** Begins what goes on during the calls; returns what ends it. */
    readonly open: () => () => void;
}

interface Measured {
    readonly msPerCall: number;
    readonly failed: number;
}

/**
 * What call records and an open page of the administration cost, against a bridge that has neither. In each round two new
 * bridges get the same calls at the same time, so that everything else on the machine counts for both.
 */
export async function measureAdministration(
    plan: AdministrationPlan,
    say: (line: string) => void,
): Promise<AdministrationFigures> {
    const pairs: { readonly base: number; readonly other: number }[] = [];
    let failed = 0;
    for (let round = 0; round < plan.rounds; round++) {
        const base = without();
        const other = plan.isBlank ? without() : await withAdministration();
        // whichever starts first
        const isSwapped = round % 2 === 1;
        const measured = await atTheSameTime(plan, isSwapped ? [other, base] : [base, other]);
        const [one, two] = isSwapped ? [measured[1], measured[0]] : measured;
        pairs.push({ base: one.msPerCall, other: two.msPerCall });
        failed += one.failed + two.failed;
        say(
            `round ${round + 1} of ${plan.rounds}: ${one.msPerCall.toFixed(2)} and ${two.msPerCall.toFixed(2)} ms per call`,
        );
    }
    return {
        withoutMs: pairs.map(({ base }) => base),
        withMs: pairs.map(({ other }) => other),
        ratio: pairedRatio(pairs),
        failed,
    };
}

function without(): Contestant {
    return { config: { records: { keepDays: 0 } }, open: () => () => undefined };
}

async function withAdministration(): Promise<Contestant> {
    const port = await freePort();
    const token = randomBytes(16).toString("hex");
    return {
        config: { admin: { listen: `${loopback}:${port}`, token } },
        open: () => openPage(`http://${loopback}:${port}/v1/overview`, token),
    };
}

function atTheSameTime(
    { callsPerSecond, seconds }: AdministrationPlan,
    [first, second]: readonly [Contestant, Contestant],
): Promise<readonly [Measured, Measured]> {
    const size = { callsPerSecond, seconds, standingCalls: 0 };
    const start = <T>(index: 0 | 1, { config }: Contestant, use: (loaded: LoadedBridge) => Promise<T>): Promise<T> =>
        withLoadedBridge({ ...size, mediaPorts: MEDIA_PORTS[index] } satisfies LoadSize, config, use);
    return start(0, first, (one) =>
        start(1, second, (two) => Promise.all([underLoad(one, first), underLoad(two, second)])),
    );
}

async function underLoad({ bridge, load }: LoadedBridge, { open }: Contestant): Promise<Measured> {
    const close = open();
    const before = cpuMs(bridge.pid);
    const { attempted, failed } = await load("load", {});
    const msPerCall = (cpuMs(bridge.pid) - before) / attempted;
    close();
    return { msPerCall, failed };
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
