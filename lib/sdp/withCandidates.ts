import type { IceCandidate, Sdp } from "../call/vocabulary.ts";
import { readCandidate } from "./candidateLine.ts";
import { parseDescription } from "./sessionDescription.ts";

/**
 * A description with trickled candidates written into it, each in its section; nothing else is touched, not even the
 * order of lines. Unusable candidates are left out. Undefined if the text is no description.
 */
export function withCandidates(sdp: Sdp, candidates: readonly IceCandidate[]): Sdp | undefined {
    const description = parseDescription(sdp);
    if (description === undefined) return undefined;
    if (candidates.length === 0) return sdp;
    const mids = description.media.map((section) => section.mid);
    const [head = "", ...sections] = sdp.split(/(?=^m=)/m);
    const filled = sections.map((section, index) => {
        const lines = candidates
            .filter((candidate) => indexOf(candidate, mids) === index)
            .flatMap((candidate) => attributeOf(candidate));
        return lines.length === 0 ? section : [section.trimEnd(), ...lines, ""].join("\r\n");
    });
    return (head + filled.join("")) as Sdp;
}

/** A candidate that names no section belongs to the first: the one whose transport a bundle shares. */
function indexOf(candidate: IceCandidate, mids: readonly (string | undefined)[]): number {
    return candidate.mid === undefined ? (candidate.lineIndex ?? 0) : mids.indexOf(candidate.mid);
}

function attributeOf(candidate: IceCandidate): readonly string[] {
    const reading = readCandidate(candidate);
    switch (reading.kind) {
        case "candidate":
            return [`a=${reading.line}`];
        case "endOfCandidates":
            return ["a=end-of-candidates"];
        case "unusable":
            return [];
    }
}
