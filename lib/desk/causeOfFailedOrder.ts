import type { EndCause } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import type { Log } from "../ports/Log.ts";

/** Why a call cannot go on after an order failed; says so in the log, as loud as it deserves. */
export function causeOfFailedOrder(log: Log, order: string, reason: unknown): EndCause {
    if (reason instanceof CallFailure) {
        log.info("order failed", { order, cause: reason.endCause, error: reason.message });
        return reason.endCause;
    }
    if (reason instanceof DOMException && reason.name === "TimeoutError") {
        log.warn("order timed out", { order });
        return "networkFailure";
    }
    log.error("order failed unexpectedly", { order, error: reason });
    return "internalError";
}
