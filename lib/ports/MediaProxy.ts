import type { Hold } from "../call/CallEvent.ts";
import type {
    CallId,
    DigitForm,
    EndCause,
    IceCandidate,
    LegId,
    MediaTransport,
    Sdp,
    Side,
} from "../call/vocabulary.ts";

/** Stands between the two parties' media. Implemented on rtpengine, and by passing SDP through. */
export interface MediaProxy {
    /** Begins a call's media. Synchronous and without I/O. `report` is called when media that flowed is gone. */
    open(request: MediaRequest, report: MediaReport): MediaSession;
    /**
     * Goes on with the media of a connected call after a restart of the bridge. Synchronous and without I/O. Undefined if the
     * record cannot be used, as after the media server was removed from the configuration.
     */
    resume(request: MediaRequest, record: MediaRecord, report: MediaReport): MediaSession | undefined;
}

/** A media session as plain data. Only the proxy that wrote it can read `data`. */
export interface MediaRecord {
    /** The media server; empty if there is none. */
    readonly server: string;
    readonly data: unknown;
}

export interface MediaRequest {
    readonly callId: CallId;
    /** The called leg, if the call has several: each has a session of its own. */
    readonly leg?: LegId;
    readonly transports: Readonly<Record<Side, MediaTransport>>;
    /** How a party receives DTMF digits, in each exchange of the session; in the media if left out. Synchronous, never throws. */
    readonly digits?: (side: Side) => DigitForm;
    /** Whether the call can have video. Left out, video streams are rejected. */
    readonly video?: VideoPermission;
}

/** Left out: the party's video streams are rejected. */
export type VideoPermission = "permitted";

/** What is configured of the media of a party that is called. */
export interface PartyMedia {
    readonly media: MediaTransport;
    readonly video?: VideoPermission;
}

/** How a media session reports its events. Synchronous, never throws. */
export type MediaReport = (event: MediaEvent) => void;

export type MediaEvent =
    /** There is no media any more; the session reports nothing after that. */
    | { readonly kind: "mediaFailed"; readonly cause: EndCause }
    /** A party has sent no media for a while. It may be mute, or gone without a word. Reported again while that lasts. */
    | { readonly kind: "partySilent"; readonly side: Side }
    /** A party pressed a key, which the other one was not sent because it receives digits in the signalling. */
    | { readonly kind: "digits"; readonly side: Side; readonly digits: string }
    /** A party asked for a whole picture, and the other one cannot be asked in the media. Reported again while that lasts. */
    | { readonly kind: "pictureRequested"; readonly side: Side };

/** `askable`: the party can be offered another session. */
export type PeerReadiness = "askable" | "unaskable";

/** The answer for the party that proposed a change, and whether it holds the call now. */
export interface ChangeAnswer {
    readonly kind: "answer";
    readonly sdp: Sdp;
    readonly hold: Hold;
}

/** `forward`: the other party has to be asked, with this offer. */
export type ChangeProposal = ChangeAnswer | { readonly kind: "forward"; readonly sdp: Sdp };

/**
 * The media between the caller and one called party. The desk calls it: `offer`, `answer`, `proposeChange` and
 * `completeChange` one at a time and in order, the others also while one of these is under way, because that may wait for
 * candidates. Every method has a timeout of its own and rejects with a `CallFailure`: `noCommonMedia` when the description cannot be met, `serviceUnavailable` when no
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
    /**
     * Takes a party's new offer for a call that is connected. If the other party does not have to know, it is answered here;
     * otherwise the other party's offer is returned, and `completeChange` has to follow. `peer`: whether the other party can
     * be asked. A rejected change leaves the call as it was.
     */
    proposeChange(side: Side, sdp: Sdp, peer: PeerReadiness): Promise<ChangeProposal>;
    /**
     * Holds or resumes the call on behalf of the party on this side, whose client does not know of it: the other one is offered
     * the hold, and the answer of `completeChange` is not sent. An offer of the party that resumes a hold of its own ends
     * this one as well. Rejects with `noCommonMedia` if this media proxy cannot do it.
     */
    proposeHold(side: Side, hold: Hold, peer: PeerReadiness): Promise<ChangeProposal>;
    /**
     * Completes a change that was forwarded. `sdp` is the other party's answer; undefined if there is none, and then the
     * media server answers in its place, going by what it said last.
     */
    completeChange(side: Side, sdp: Sdp | undefined): Promise<ChangeAnswer>;
    /**
     * Prepares that another call takes the place of the party on this side, while the media flows on. Resolves to the
     * description for the other call. `stays`: whether the other party holds. Completed by `completeHandover` or
     * `cancelHandover`. Rejects with `noCommonMedia` if the media server cannot do it.
     */
    beginHandover(side: Side, stays: Hold): Promise<Sdp>;
    /** Takes the description of the other call, whose media flows from now on. Resolves to whether its party holds. */
    completeHandover(side: Side, sdp: Sdp): Promise<Hold>;
    /** The party stays. Safe to call if no handover was begun. */
    cancelHandover(side: Side): Promise<void>;
    /**
     * Sends DTMF digits (0-9, *, #, A-D) to the other party within the media, as if the party on this side had pressed the keys.
     * Resolves once they are queued. Rejects with `noCommonMedia` if this media proxy cannot do it, or if that party sends no media.
     */
    sendDigits(side: Side, digits: string): Promise<void>;
    /**
     * Asks the other party for a whole picture within the media (RTCP), on behalf of the party on this side. Has no effect if there is no
     * video, or if the parties send their requests to each other in the media.
     */
    requestPicture(side: Side): Promise<void>;
    /** Frees ports and bandwidth, and ends what is under way. Safe to call twice and at any time; resolves even if the server is gone. */
    release(): Promise<void>;
    /** The session as plain data, for the call journal. Undefined unless both parties have spoken. */
    snapshot(): MediaRecord | undefined;
}
