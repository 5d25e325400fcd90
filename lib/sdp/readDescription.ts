import type { MediaTransport, Sdp } from "../call/vocabulary.ts";
import { readParty } from "./PartyDescription.ts";
import { asSdp } from "./sessionDescription.ts";

/** What a text from a SIP peer describes. */
export type DescriptionReading =
    | { readonly kind: "usable"; readonly sdp: Sdp; readonly transport: MediaTransport }
    /** A session description without an audio stream that the bridge can carry. */
    | { readonly kind: "noAudio" }
    /** No session description. */
    | { readonly kind: "malformed" };

/** Reads the body of a SIP message, or anything else that should be a session description. Never throws. */
export function readDescription(text: string): DescriptionReading {
    const sdp = asSdp(text);
    if (sdp === undefined) return { kind: "malformed" };
    const reading = readParty(sdp, "rtp");
    if (reading.kind !== "usable") return { kind: "noAudio" };
    return { kind: "usable", sdp, transport: reading.party.transport };
}

/**
 * Whether two descriptions agree on the media. The origin line may differ: its version grows by one when a phone repeats an
 * unchanged offer to refresh the session, although RFC 4028 asks it not to.
 */
export function isSameSession(one: string, other: string): boolean {
    return withoutOrigin(one) === withoutOrigin(other);
}

/** Whether a description has ICE credentials, so that candidates may follow it (RFC 8839). */
export function usesIce(sdp: Sdp): boolean {
    return /^a=ice-ufrag:/m.test(sdp);
}

/** Whether a description says that it holds all candidates (RFC 8840, section 4.1). */
export function hasAllCandidates(sdp: Sdp): boolean {
    return /^a=end-of-candidates\r?$/m.test(sdp);
}

function withoutOrigin(sdp: string): string {
    return sdp
        .split(/\r?\n/)
        .filter((line) => !line.startsWith("o=") && line !== "")
        .join("\n");
}
