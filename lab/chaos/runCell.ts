import { setTimeout as delay } from "node:timers/promises";
import type { Cell, Part } from "./cells.ts";
import type { ChaosCall } from "./ChaosCall.ts";
import type { ChaosParts } from "./ChaosParts.ts";
import { enterPhase } from "./enterPhase.ts";
import { outcomeOf, reachOf, type Outcome, type Sight } from "./outcomeOf.ts";
import type { World } from "../world/World.ts";

export interface CellResult extends Cell {
    /** Whether every party that could be told ended up right. */
    readonly told: boolean;
    /** Whether the call went on, with sound in both directions. */
    readonly survived: boolean;
    /** From the moment at which it was possible until all was right, in ms; the whole wait if it never was. */
    readonly ms: number;
    /** Sessions that rtpengine kept of a call that was over. */
    readonly left: number;
    /** What was seen last. */
    readonly seen: Sight;
}

/** Every timer of the bridge and of a client that ends a call is shorter, but for the ring time. */
const WAIT_MS = 120_000;
const EVERY_MS = 250;

/** Makes one call, one fault, and waits until the parties show what they should. */
export async function runCell(cell: Cell, world: World, parts: ChaosParts): Promise<CellResult> {
    const call = await enterPhase(cell.phase, world, parts.client);
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
    for (;;) {
        const seen = await look(cell, world, call);
        const outcome = outcomeOf(seen, reachOf(cell));
        // it still rings as if nothing had happened: then an answer must connect it
        if (outcome === "ringing") await call.answer().catch(() => undefined);
        const isRight = outcome === "over" || (outcome === "together" && cell.phase !== "hanging up");
        const ms = Date.now() - started;
        if (isRight || ms > WAIT_MS) return resultOf(cell, outcome, isRight, ms, seen);
        await delay(EVERY_MS);
    }
}

async function look(cell: Cell, world: World, call: ChaosCall): Promise<Sight> {
    const isGone = (part: Part): boolean => cell.part === part && cell.fault === "gone";
    const phone = isGone("phone") ? undefined : call.phoneState();
    const client = isGone("client") ? undefined : await call.clientState();
    const isUp = phone === "connected" && client === "connected";
    return {
        phone,
        client,
        sound: isUp && (await call.bothHear()),
        sessions: await world.rtpengine.sessionCount().catch(() => undefined),
    };
}

function resultOf(cell: Cell, outcome: Outcome, told: boolean, ms: number, seen: Sight): CellResult {
    const isOver = seen.phone !== "connected" && seen.client !== "connected";
    return { ...cell, told, survived: outcome === "together", ms, left: isOver ? (seen.sessions ?? 0) : 0, seen };
}
