import type { Sdp } from "../call/vocabulary.ts";
import { writeDescription, type SessionDescription } from "./sessionDescription.ts";
import type { Streams } from "./streams.ts";

/** What a party was told of the other one's media. */
export interface SentDescription {
    readonly sdp: Sdp;
    readonly description: SessionDescription;
    readonly streams: Streams;
}

/** A description that lacks only the numbers in its `o=` line. */
export type Unnumbered = Pick<SentDescription, "description" | "streams">;

/**
 * The next description for a party. Its `o=` names the same session all the call long, and its version rises by one
 * if anything else changed (RFC 3264 section 8): phones take a description whose version stayed as no news.
 */
export function nextDescription(
    sessionId: number,
    next: Unnumbered,
    previous: SentDescription | undefined,
): SentDescription {
    if (previous === undefined) return numbered(sessionId, 1, next);
    const { sessionVersion } = previous.description.origin;
    const unchanged = numbered(sessionId, sessionVersion, next);
    return unchanged.sdp === previous.sdp ? unchanged : numbered(sessionId, sessionVersion + 1, next);
}

/** A description with the version of a later one that did not take effect: versions never fall. */
export function withVersionOf(told: SentDescription, later: SentDescription): SentDescription {
    const { sessionId, sessionVersion } = later.description.origin;
    return numbered(Number(sessionId), sessionVersion, told);
}

function numbered(sessionId: number, sessionVersion: number, { description, streams }: Unnumbered): SentDescription {
    const whole = { ...description, origin: { ...description.origin, sessionId, sessionVersion } };
    return { description: whole, streams, sdp: writeDescription(whole) };
}
