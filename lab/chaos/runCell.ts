import { setTimeout as delay } from "node:timers/promises";
import type { Cell, Part } from "./cells.ts";
import type { ChaosCall } from "./ChaosCall.ts";
import type { ChaosParts } from "./ChaosParts.ts";
import { enterPhase } from "./enterPhase.ts";
import { outcomeOf, reachOf, type Outcome, type Reach, type Sight } from "./outcomeOf.ts";
import type { World } from "../world/World.ts";

export interface CellResult extends Cell {
    /** Whether every party that could be told ended up right. */
    readonly told: boolean;
    /** Whether the call went on, with sound in both directions. */
    readonly survived: boolean;
    /** From the fault, or from the return of the part, until all was right, in ms; the whole wait if it never was. */
    readonly ms: number;
    /** Sessions that rtpengine kept of a call that was over. */
    readonly left: number;
    /** What was seen last. */
    readonly seen: Sight;
    /** Why the cell could not be tried, if it could not. */
    readonly failure?: string;
}

/** Every timer of the bridge and of a client that ends a call is shorter, but for the ring time. */
const WAIT_MS = 120_000;
const EVERY_MS = 250;

/** Makes one call, one fault, and waits until the parties show what they should. */
export async function runCell(cell: Cell, world: World, parts: ChaosParts): Promise<CellResult> {
    const call = await enterPhase(cell.phase, world, parts);
    try {
        await parts.fail(cell.part, cell.fault, call);
        return await observe(cell, world, call);
    } finally {
        await call.end();
        await parts.repair(call);
    }
}

async function observe(cell: Cell, world: World, call: ChaosCall): Promise<CellResult> {
    const started = Date.now();
    const reach = reachOf(cell);
    for (;;) {
        const seen = await look(cell, world, call);
        const outcome = outcomeOf(seen, reach);
        await goOn(outcome, seen, call);
        const ms = Date.now() - started;
        const isRight = isRightIn(cell, outcome, reach);
        if (isRight || ms > WAIT_MS) return resultOf(cell, outcome, isRight, ms, seen);
        await delay(EVERY_MS);
    }
}

/** It goes on as if nothing had happened: then an answer must connect the parties, and the end of the hold must be heard. */
async function goOn(outcome: Outcome, { target }: Sight, call: ChaosCall): Promise<void> {
    if (outcome === "held") call.resume();
    if (outcome !== "ringing") return;
    await (target === "ringing" ? call.answerAsTarget() : call.answer()).catch(() => undefined);
}

function isRightIn({ phase }: Cell, outcome: Outcome, reach: Reach): boolean {
    switch (outcome) {
        case "over":
            return true;
        case "together":
            return phase !== "hanging up";
        case "held":
            return !reach.client; // a client that is not reached cannot resume
        case "ringing":
        case "wrong":
            return false;
    }
}

async function look(cell: Cell, world: World, call: ChaosCall): Promise<Sight> {
    const isGone = (part: Part): boolean => cell.part === part && cell.fault === "gone";
    const phone = isGone("phone") ? undefined : call.phoneState();
    const client = isGone("client") ? undefined : await call.clientState();
    const target = await call.targetState();
    // to listen takes seconds: what ends meanwhile is seen without that delay
    const listening = new AbortController();
    const sound = await Promise.race([
        soundOf(cell, { phone, client, target }, call),
        silenceAfterEnd(() => phone === "connected" && call.phoneState() === "ended", listening.signal),
    ]).finally(() => listening.abort());
    const sessions = await world.rtpengine.sessionCount().catch(() => undefined);
    return { phone, client, target, sound, sessions };
}

/** Resolves to no sound once the call has ended. */
async function silenceAfterEnd(hasEnded: () => boolean, over: AbortSignal): Promise<"none"> {
    while (!over.aborted && !hasEnded()) await delay(EVERY_MS);
    return "none";
}

async function soundOf(
    { phase }: Cell,
    { phone, client, target }: Pick<Sight, "phone" | "client" | "target">,
    call: ChaosCall,
): Promise<Sight["sound"]> {
    if (client !== "connected") return "none";
    if (target === "connected" && (await call.isTransferred())) return "client and target";
    if (phone !== "connected" || target === "ringing") return "none";
    if (await call.bothHear()) return "phone and client";
    return phase === "held" && (await call.clientHears()) ? "held" : "none";
}

function resultOf(cell: Cell, outcome: Outcome, told: boolean, ms: number, seen: Sight): CellResult {
    const isOver = [seen.phone, seen.client, seen.target].every((state) => state !== "connected");
    const survived = outcome === "together" || outcome === "held";
    return { ...cell, told, survived, ms, left: isOver ? (seen.sessions ?? 0) : 0, seen };
}

const NOTHING_SEEN: Sight = {
    phone: undefined,
    client: undefined,
    target: undefined,
    sound: "none",
    sessions: undefined,
};

/** A cell whose call was not brought into its phase, or whose part did not come back. */
export function failedCell(cell: Cell, failure: string): CellResult {
    return { ...cell, told: false, survived: false, ms: 0, left: 0, seen: NOTHING_SEEN, failure };
}
