import type { EndCause } from "../../call/vocabulary.ts";
import { CallFailure } from "../../ports/CallFailure.ts";
import { UnfitDescription } from "../calls/encodeCallEvent.ts";

/** What went wrong between us and the homeserver, as far as it makes a difference. */
export type HomeserverErrorKind =
    /** The user may not do that: not in the room, not registered, no power. */
    | "forbidden"
    | "notFound"
    /** Too many requests (M_LIMIT_EXCEEDED). */
    | "limited"
    /** No answer in time, or an answer of something in between (502, 503, 504). */
    | "unreachable"
    /** The token is not one the homeserver knows. */
    | "unauthorised"
    /** Anything else it said no to. */
    | "refused";

/** The part of a homeserver's answer that tells faults apart. */
export interface HomeserverReply {
    readonly status?: number | undefined;
    readonly errcode?: string | undefined;
    readonly retryAfterMs?: number | undefined;
    /** Of M_BAD_STATUS, the answer to a ping: the status with which the bridge's own URL answered the homeserver. */
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

/** No homeserver's word: the Matrix side is stopped and asks nothing any more. */
export const NOT_RUNNING = "NOT_RUNNING";

/** No status means that no answer came at all. */
export function errorKindOf({ status, errcode }: HomeserverReply): HomeserverErrorKind {
    if (errcode === NOT_RUNNING) return "refused";
    if (errcode === "M_LIMIT_EXCEEDED" || status === 429) return "limited";
    if (errcode === "M_UNKNOWN_TOKEN" || errcode === "M_MISSING_TOKEN" || status === 401) return "unauthorised";
    if (status === undefined || (status >= 500 && errcode === undefined)) return "unreachable";
    if (status === 502 || status === 503 || status === 504) return "unreachable";
    if (errcode === "M_FORBIDDEN" || errcode === "M_EXCLUSIVE" || status === 403) return "forbidden";
    if (errcode === "M_NOT_FOUND" || status === 404) return "notFound";
    return "refused";
}

/** A call cannot wait for long; that it is over must be heard even if the homeserver restarts meanwhile (25 s in all). */
const ATTEMPTS = { briefly: 4, untilHeard: 12 } as const;
export type RetryPolicy = keyof typeof ATTEMPTS;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 3_000;

/**
 * How long to wait before the next attempt, in ms, or undefined to give up: only what may pass by itself is tried
 * again. `attempt` counts from 1.
 */
export function pauseBeforeRetry(
    error: HomeserverError,
    attempt: number,
    persistence: RetryPolicy = "briefly",
): number | undefined {
    if (error.kind !== "limited" && error.kind !== "unreachable") return undefined;
    const pause = error.reply.retryAfterMs ?? Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
    return attempt >= ATTEMPTS[persistence] || pause > LONGEST_PAUSE_MS ? undefined : pause;
}

const CAUSES: Readonly<Record<HomeserverErrorKind, EndCause>> = {
    forbidden: "unavailable",
    notFound: "unavailable",
    limited: "serviceUnavailable",
    unreachable: "serviceUnavailable",
    unauthorised: "serviceUnavailable",
    refused: "networkFailure",
};

/** What a leg rejects with when the homeserver would not do as it was asked. A fault of ours stays what it is. */
export function asCallFailure(reason: unknown): unknown {
    if (reason instanceof HomeserverError) {
        return new CallFailure(CAUSES[reason.kind], reason.message, { cause: reason });
    }
    if (reason instanceof UnfitDescription) return new CallFailure("noCommonMedia", reason.message, { cause: reason });
    return reason;
}
