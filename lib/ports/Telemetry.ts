import type { CallState } from "../call/CallState.ts";
import type { CallEvent } from "../call/CallEvent.ts";
import type { EndCause } from "../call/vocabulary.ts";

/** Counts for the operator. Every method returns at once and never throws. Labels are closed sets. */
export interface Telemetry {
    callOpened(direction: CallDirection): void;
    callAnswered(direction: CallDirection, setupMs: number): void;
    /** `talkedMs`: from the answer to the end; undefined if the call was never answered. */
    callEnded(direction: CallDirection, cause: EndCause, talkedMs: number | undefined): void;
    /** A fact that had no meaning in its phase. A few are normal (crossings), many are a bug. */
    factIgnored(phase: CallState["phase"], kind: CallEvent["kind"]): void;
    /** Whether a trunk that is registered with holds our registration. Told at the start and at each change. */
    trunkRegistered(trunk: string, standing: "up" | "down"): void;
    /** Whether an address of a trunk takes calls. Told at the start and at each change. */
    trunkAddress(trunk: string, address: string, standing: "up" | "down"): void;
    /** An input from outside was dropped; `reason` is one of a few fixed words. */
    dropped(from: "sip" | "matrix" | "media", reason: string): void;
}

export type CallDirection = "inbound" | "outbound";
