/** RFC 3261, section 20.19: the largest number of seconds in a header. */
const MAX_SECONDS = 2 ** 32 - 1;

/**
 * Reads the seconds in an Expires or Min-Expires header, or in an `expires` parameter (RFC 3261, section 25.1,
 * delta-seconds). Undefined if it is anything else. Pure.
 */
export function deltaSecondsIn(text: string | undefined): number | undefined {
    return secondsOf(/^\s*([0-9]+)\s*$/.exec(text ?? ""));
}

/** Reads the seconds in a Retry-After or Min-SE header; a comment and parameters can follow them (section 20.33). Pure. */
export function leadingSecondsIn(text: string | undefined): number | undefined {
    return secondsOf(/^\s*([0-9]+)/.exec(text ?? ""));
}

function secondsOf(match: RegExpExecArray | null): number | undefined {
    return match === null ? undefined : Math.min(Number(match[1]), MAX_SECONDS);
}
