import type { IceCandidate } from "../call/vocabulary.ts";

/** Why a candidate is of no use to the engine. Words for `Telemetry.dropped`. */
export type CandidateFault = "malformedCandidate" | "mdnsCandidate" | "tcpCandidate";

export type CandidateReading =
    | { readonly kind: "candidate"; readonly line: string; readonly ufrag?: string }
    | { readonly kind: "endOfCandidates"; readonly ufrag?: string }
    | { readonly kind: "unusable"; readonly fault: CandidateFault };

/** RFC 8839 section 5.1, and nothing that could end the line it is written into. */
const CANDIDATE =
    /^(?:a=)?candidate:[\w+/]{1,32} \d{1,3} (?<transport>\w{1,16}) \d{1,10} (?<address>[\w.:-]{1,255}) \d{1,5} typ [\w-]{1,16}(?<extensions>(?: [\w.:+/-]{1,256}){0,40})$/i;

/** Reads a trickled candidate. `line` is the value of an SDP attribute, `candidate:` included. */
export function readCandidate(candidate: IceCandidate): CandidateReading {
    const text = candidate.candidate.trim();
    const named = candidate.ufrag === undefined ? {} : { ufrag: candidate.ufrag };
    if (text === "") return { kind: "endOfCandidates", ...named };
    const parts = CANDIDATE.exec(text)?.groups;
    if (parts === undefined) return { kind: "unusable", fault: "malformedCandidate" };
    if (parts["transport"]?.toLowerCase() !== "udp") return { kind: "unusable", fault: "tcpCandidate" };
    if (parts["address"]?.toLowerCase().endsWith(".local") === true)
        return { kind: "unusable", fault: "mdnsCandidate" };
    // Chromium writes the fragment into the candidate itself, and clients may leave it out beside it
    const ufrag = candidate.ufrag ?? / ufrag ([\w+/]+)/i.exec(parts["extensions"] ?? "")?.[1];
    return { kind: "candidate", line: text.replace(/^a=/, ""), ...(ufrag === undefined ? {} : { ufrag }) };
}
