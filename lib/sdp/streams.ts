import { isRejected } from "./rejection.ts";
import type { Section } from "./sessionDescription.ts";

/** The kinds of media that the bridge carries (RFC 8866, section 5.14). */
const STREAM_KINDS = ["audio", "video"] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

/** The streams of a session that are carried, at most one of each kind. There is always one with voice, and it is the first. */
export type Streams = readonly [voice: Section, ...others: Section[]];

/** Anything that has streams. */
export interface WithStreams {
    readonly streams: Streams;
}

/** The kind of a stream; undefined for what is never carried, such as fax or a data channel. */
export function kindOf({ type }: Pick<Section, "type">): StreamKind | undefined {
    return STREAM_KINDS.find((kind) => kind === type);
}

export function voiceOf({ streams }: WithStreams): Section {
    return streams[0];
}

/** The stream of a kind, if it is carried. */
export function streamOf({ streams }: WithStreams, kind: StreamKind): Section | undefined {
    return streams.find((stream) => kindOf(stream) === kind);
}

/** The stream that a section of another description corresponds to, if that section is not rejected. */
export function counterpartOf(holder: WithStreams, section: Section): Section | undefined {
    const kind = kindOf(section);
    return kind === undefined || isRejected(section) ? undefined : streamOf(holder, kind);
}
