import type { Sdp } from "../call/vocabulary.ts";
import { usesIce } from "../sdp/readDescription.ts";
import type { LegReport } from "../ports/CallLeg.ts";

/**
 * Reports, right after a SIP peer's description, that no candidates will follow it. We do not offer to take any (the
 * option tag `trickle-ice`, RFC 8840, section 4.1), so that a peer has to put all its candidates into the description, and nothing
 * need wait for more. One without ICE has none: then nothing is reported.
 */
export function reportEndOfCandidates(sdp: Sdp, report: LegReport): void {
    if (usesIce(sdp)) report({ kind: "candidates", candidates: [{ candidate: "" }] });
}

/** Reports a SIP peer's answer, and the end of its candidates with it. */
export function reportAnswered(sdp: Sdp, report: LegReport): void {
    report({ kind: "answered", sdp });
    reportEndOfCandidates(sdp, report);
}
