import type { CallId, EndCause, IceCandidate, MediaTransport, Sdp, Side } from "../call/vocabulary.ts";

/** Stands between the two parties' media. Implemented on rtpengine, and by passing SDP through. */
export interface MediaProxy {
    /** Begins a call's media. Synchronous and without I/O. `report` is called when media that flowed is gone. */
    open(request: MediaRequest, report: MediaReport): MediaSession;
}

export interface MediaRequest {
    readonly callId: CallId;
    readonly transports: Readonly<Record<Side, MediaTransport>>;
}

export type MediaReport = (fact: { readonly kind: "mediaFailed"; readonly cause: EndCause }) => void;

/**
 * The media of one call. The desk calls it: `offer`, `answer` and `renegotiate` one at a time and in order, the others
 * also while one of these is under way, for that may wait for candidates. Every method has a timeout of its own and rejects with a `CallFailure`: `noCommonMedia` when the description cannot be met, `serviceUnavailable` when no
 * media server answers, `mediaLost` when it no longer knows the call.
 */
export interface MediaSession {
    /** The origin's first offer in; what to offer the target out. */
    offer(sdp: Sdp): Promise<Sdp>;
    /** The target's answer in; what to answer the origin out. */
    answer(sdp: Sdp): Promise<Sdp>;
    /**
     * Candidates a party found after its description, and the empty one that says there will be no more; in order for each
     * party. Those of an older description are dropped. Never rejects for a bad candidate.
     */
    addCandidates(side: Side, candidates: readonly IceCandidate[]): Promise<void>;
    /** A party's new offer for a call that is up in; its answer out. The other party hears nothing of it. */
    renegotiate(side: Side, sdp: Sdp): Promise<Sdp>;
    /** Frees ports and bandwidth, and ends what is under way. Safe to call twice and at any time; resolves even if the server is gone. */
    release(): Promise<void>;
}
