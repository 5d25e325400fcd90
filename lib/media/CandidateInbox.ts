import type { IceCandidate } from "../call/vocabulary.ts";
import { readCandidate, type CandidateFault } from "../sdp/candidateLine.ts";
import type { Candidate } from "../sdp/sessionDescription.ts";

/** rtpengine takes no more for one section. */
const MAX_CANDIDATES = 100;
const MAX_PAST = 16;

/** Why a candidate was dropped. Words for `Telemetry.dropped`. */
export type CandidateDrop = CandidateFault | "staleCandidate" | "foreignCandidate" | "tooManyCandidates";

/** What one party's candidates are checked against. Plain data. */
export interface CandidateInbox {
    /** The description its candidates belong to now; undefined before the first one. */
    readonly current?: Generation;
    /** ICE user fragments of descriptions before it. */
    readonly past: readonly string[];
    /** Candidates of a description that is still to come. */
    readonly early: readonly IceCandidate[];
    /** Those of the current description. */
    readonly taken: readonly Candidate[];
}

export interface Generation {
    readonly ufrag: string;
    /** Mids whose candidates count; candidates may also go by the index of a section, or by nothing. */
    readonly mids: readonly string[];
    readonly lineIndexes: readonly number[];
}

export interface Sorted {
    readonly inbox: CandidateInbox;
    readonly drops: readonly CandidateDrop[];
}

export const EMPTY_INBOX: CandidateInbox = { past: [], early: [], taken: [] };

/** A new description of the party: what waited for it is sorted now. */
export function beginGeneration(inbox: CandidateInbox, next: Generation): Sorted {
    const { current, early } = inbox;
    if (current !== undefined && current.ufrag === next.ufrag) {
        return sortCandidates({ ...inbox, current: next, early: [] }, early);
    }
    const past = current === undefined ? inbox.past : [...inbox.past, current.ufrag].slice(-MAX_PAST);
    return sortCandidates({ current: next, past, early: [], taken: [] }, early);
}

/** Tells which candidates are for the engine now, which have to wait, and which cannot be used. */
export function sortCandidates(inbox: CandidateInbox, candidates: readonly IceCandidate[]): Sorted {
    return candidates.reduce<Sorted>(sortOne, { inbox, drops: [] });
}

function sortOne(sorted: Sorted, candidate: IceCandidate): Sorted {
    const { inbox } = sorted;
    const reading = readCandidate(candidate);
    switch (reading.kind) {
        case "unusable":
            return drop(sorted, reading.fault);
        case "endOfCandidates":
            // the engine goes on looking for paths of its own accord, so that it need not know
            return sorted;
        case "candidate":
            break;
    }
    if (reading.ufrag !== undefined && inbox.past.includes(reading.ufrag)) return drop(sorted, "staleCandidate");
    const { current } = inbox;
    if (current === undefined || (reading.ufrag !== undefined && reading.ufrag !== current.ufrag)) {
        if (inbox.early.length >= MAX_CANDIDATES) return drop(sorted, "tooManyCandidates");
        return { ...sorted, inbox: { ...inbox, early: [...inbox.early, candidate] } };
    }
    if (!isOf(current, candidate)) return drop(sorted, "foreignCandidate");
    if (inbox.taken.length >= MAX_CANDIDATES) return drop(sorted, "tooManyCandidates");
    return { ...sorted, inbox: { ...inbox, taken: [...inbox.taken, reading.candidate] } };
}

function isOf(current: Generation, candidate: IceCandidate): boolean {
    const { mid, lineIndex } = candidate;
    if (mid !== undefined && (current.mids.length === 0 || current.mids.includes(mid))) return true;
    // either of the two names the section (specification, m.call.candidates); clients fill in the other one as they like
    return lineIndex === undefined ? mid === undefined : current.lineIndexes.includes(lineIndex);
}

function drop(sorted: Sorted, reason: CandidateDrop): Sorted {
    return { ...sorted, drops: [...sorted.drops, reason] };
}
