import { displayTextOf, type RemoteParty } from "./RemoteParty.ts";

/** What a trusted network asserts about a call in addition to the caller: diversions, and whether the caller's number is verified. */
export interface CallProvenance {
    /** The number or address the caller dialled, which passed the call on (RFC 5806, RFC 7044). */
    readonly divertedBy?: RemoteParty;
    /** What the carrier found when it checked the caller's number (RFC 8224, ATIS-1000074: STIR/SHAKEN). */
    readonly numberCheck?: NumberCheck;
}

export type NumberCheck = "passed" | "failed";

/** The text for the callee, in one line; undefined if there is nothing to report. */
export function describeProvenance({ divertedBy, numberCheck }: CallProvenance): string | undefined {
    const via = divertedBy === undefined ? [] : [`Call via ${displayTextOf(divertedBy)}.`];
    const check = numberCheck === undefined ? [] : [CHECK_IN_WORDS[numberCheck]];
    const sentences = [...via, ...check];
    return sentences.length === 0 ? undefined : sentences.join(" ");
}

const CHECK_IN_WORDS: Record<NumberCheck, string> = {
    passed: "The carrier has verified the caller's number.",
    failed: "The carrier could not verify the caller's number: it may be false.",
};
