import type { IceCandidate } from "../call/vocabulary.ts";
import type { Candidate } from "./sessionDescription.ts";

/** Why rtpengine cannot use a candidate. Words for `Telemetry.dropped`. */
export type CandidateFault = "malformedCandidate" | "mdnsCandidate" | "tcpCandidate";

export type CandidateReading =
    /** `line` is the value of an SDP attribute, `candidate:` included. */
    | { readonly kind: "candidate"; readonly line: string; readonly candidate: Candidate; readonly ufrag?: string }
    | { readonly kind: "endOfCandidates" }
    | { readonly kind: "unusable"; readonly fault: CandidateFault };

/** RFC 8839 section 5.1, and nothing that could end the line it is written into. */
const CANDIDATE =
    /^(?:a=)?candidate:(?<foundation>[\w+/]{1,32}) (?<component>\d{1,3}) (?<transport>\w{1,16}) (?<priority>\d{1,10}) (?<ip>[\w.:-]{1,255}) (?<port>\d{1,5}) typ (?<type>[\w-]{1,16})(?<extensions>(?: [\w.:+/-]{1,256}){0,40})$/i;

/** Whether it says that no more will come. */
export function isEndOfCandidates({ candidate }: IceCandidate): boolean {
    return candidate.trim() === "";
}

/** Reads a trickled candidate. */
export function readCandidate(candidate: IceCandidate): CandidateReading {
    if (isEndOfCandidates(candidate)) return { kind: "endOfCandidates" };
    const { candidate: text, ufrag } = candidate;
    const parts = CANDIDATE.exec(text.trim())?.groups;
    if (parts === undefined) return { kind: "unusable", fault: "malformedCandidate" };
    const { foundation = "", transport = "", ip = "", type = "", extensions = "" } = parts;
    if (transport.toLowerCase() !== "udp") return { kind: "unusable", fault: "tcpCandidate" };
    if (ip.toLowerCase().endsWith(".local")) return { kind: "unusable", fault: "mdnsCandidate" };
    const related = / raddr (\S+) rport (\d{1,5})/i.exec(extensions);
    // Chromium writes the fragment into the candidate itself, and clients may leave out the separate field
    const named = ufrag ?? / ufrag ([\w+/]+)/i.exec(extensions)?.[1];
    return {
        kind: "candidate",
        line: text.trim().replace(/^a=/, ""),
        candidate: {
            foundation,
            component: Number(parts["component"]),
            transport,
            priority: Number(parts["priority"]),
            ip,
            port: Number(parts["port"]),
            type,
            ...(related?.[1] === undefined ? {} : { raddr: related[1], rport: Number(related[2]) }),
        },
        ...(named === undefined ? {} : { ufrag: named }),
    };
}
