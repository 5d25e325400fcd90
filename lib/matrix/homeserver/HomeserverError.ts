import type { EndCause } from "../../call/vocabulary.ts";
import { CallFailure } from "../../ports/CallFailure.ts";
import { UnfitDescription } from "../calls/encodeCallEvent.ts";

/** The kinds of failed homeserver requests that the bridge handles differently. */
export type HomeserverErrorKind =
    /** The user is not allowed to do that: not in the room, not registered, no power level. */
    | "forbidden"
    | "notFound"
    /** Too many requests (M_LIMIT_EXCEEDED). */
    | "limited"
    /** No response in time, or a response from a proxy in between (5xx without an error code). */
    | "unreachable"
    /** The homeserver reports an error that may pass: an internal one, or a remote homeserver that it cannot reach. */
    | "failed"
    /** The homeserver does not know the token. */
    | "unauthorised"
    /** Every other rejection. */
    | "rejected";

/** The parts of a homeserver's response that tell the kinds apart. */
export interface HomeserverReply {
    readonly status?: number | undefined;
    readonly errcode?: string | undefined;
    readonly retryAfterMs?: number | undefined;
    /** With M_BAD_STATUS, the answer to a ping: the status that the bridge's own URL returned to the homeserver. */
    readonly pingedStatus?: number | undefined;
}

export class HomeserverError extends Error {
    readonly kind: HomeserverErrorKind;
    readonly reply: HomeserverReply;

    constructor(message: string, reply: HomeserverReply, options?: ErrorOptions) {
        super(message, options);
        this.name = new.target.name;
        this.kind = errorKindOf(reply);
        this.reply = reply;
    }
}

/** Error code of a request after the Matrix side has stopped. Not sent by a homeserver. */
export const NOT_RUNNING = "NOT_RUNNING";

/** Without a status there was no response. */
export function errorKindOf({ status, errcode }: HomeserverReply): HomeserverErrorKind {
    if (errcode === NOT_RUNNING) return "rejected";
    if (errcode === "M_LIMIT_EXCEEDED" || status === 429) return "limited";
    if (errcode === "M_UNKNOWN_TOKEN" || errcode === "M_MISSING_TOKEN" || status === 401) return "unauthorised";
    if (status === undefined) return "unreachable";
    if (status >= 500) return errcode === undefined ? "unreachable" : "failed";
    if (errcode === "M_FORBIDDEN" || errcode === "M_EXCLUSIVE" || status === 403) return "forbidden";
    if (errcode === "M_NOT_FOUND" || status === 404) return "notFound";
    return "rejected";
}

/**
 * How long a failed request is repeated. `brief`: a call cannot wait. `ending`: a client that does not receive the end of a
 * call stays in it, so the homeserver may be down for minutes.
 */
export type RetryPolicy = "brief" | "ending";

interface RetryLimits {
    /** Time after the first attempt in which another one may start, in ms. */
    readonly totalMs: number;
    readonly longestPauseMs: number;
    /** A longer Retry-After ends the retries. */
    readonly longestRetryAfterMs: number;
}

const LIMITS: Readonly<Record<RetryPolicy, RetryLimits>> = {
    brief: { totalMs: 4_000, longestPauseMs: 2_000, longestRetryAfterMs: 3_000 },
    ending: { totalMs: 30 * 60_000, longestPauseMs: 15_000, longestRetryAfterMs: 5 * 60_000 },
};
const FIRST_PAUSE_MS = 250;

/**
 * Returns the pause before the next attempt in ms, or undefined to give up. Only failures that may pass are repeated.
 * `attempt` counts from 1; `elapsedMs` is the time since the first attempt started.
 */
export function pauseBeforeRetry(
    error: HomeserverError,
    attempt: number,
    elapsedMs: number,
    policy: RetryPolicy = "brief",
): number | undefined {
    if (!mayPass(error.kind)) return undefined;
    const limits = LIMITS[policy];
    const { retryAfterMs } = error.reply;
    if (retryAfterMs !== undefined && retryAfterMs > limits.longestRetryAfterMs) return undefined;
    const pause = retryAfterMs ?? Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), limits.longestPauseMs);
    return elapsedMs + pause > limits.totalMs ? undefined : pause;
}

/** Whether the same request may succeed later. */
function mayPass(kind: HomeserverErrorKind): boolean {
    switch (kind) {
        case "limited":
        case "unreachable":
        case "failed":
            return true;
        case "forbidden":
        case "notFound":
        case "unauthorised":
        case "rejected":
            return false;
    }
}

const CAUSES: Readonly<Record<HomeserverErrorKind, EndCause>> = {
    forbidden: "unavailable",
    notFound: "unavailable",
    limited: "serviceUnavailable",
    unreachable: "serviceUnavailable",
    failed: "networkFailure",
    unauthorised: "serviceUnavailable",
    rejected: "networkFailure",
};

/** Converts an error of a homeserver request to the `CallFailure` that a leg rejects with. Other errors stay as they are. */
export function asCallFailure(reason: unknown): unknown {
    if (reason instanceof HomeserverError) {
        return new CallFailure(CAUSES[reason.kind], reason.message, { cause: reason });
    }
    if (reason instanceof UnfitDescription) return new CallFailure("noCommonMedia", reason.message, { cause: reason });
    return reason;
}

/**
 * As `asCallFailure`, for a request that involves the callee's homeserver: if that one is another than ours, it is the one
 * that did not respond. The caller gets 480, not 503, because 503 makes peers stop sending any calls to the bridge.
 */
export function asCalleeFailure(reason: unknown, isLocalCallee: boolean): unknown {
    if (!isLocalCallee && reason instanceof HomeserverError && mayPass(reason.kind)) {
        return new CallFailure("unavailable", reason.message, { cause: reason });
    }
    return asCallFailure(reason);
}
