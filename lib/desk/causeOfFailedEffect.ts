import type { EndCause } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import type { Log } from "../ports/Log.ts";

/** Why a call cannot go on after an effect failed; logs it, as loud as it deserves. */
export function causeOfFailedEffect(log: Log, effect: string, reason: unknown): EndCause {
    if (reason instanceof CallFailure) {
        log.info("call effect failed", { effect, cause: reason.endCause, error: reason.message });
        return reason.endCause;
    }
    if (reason instanceof DOMException && reason.name === "TimeoutError") {
        log.warn("call effect timed out", { effect });
        return "networkFailure";
    }
    log.error("call effect failed unexpectedly", { effect, error: reason });
    return "internalError";
}
