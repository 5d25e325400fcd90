import type { Clock } from "../Clock.ts";
import type { EngineCounters } from "../engine/EngineLoad.ts";
import type { TransportLayer } from "../transport/SipTransport.ts";
import type { Timing } from "./timing.ts";

/** What all transactions share. */
export interface TransactionContext {
    readonly clock: Clock;
    readonly timing: Timing;
    readonly transport: Pick<TransportLayer, "respond">;
    readonly counters: EngineCounters;
}
