/** The words the domain uses. Neither SIP nor Matrix: each adapter translates into and out of them. */

declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Names one call in every log line and, for a call towards Matrix, is its `call_id`: `[0-9A-Za-z]`, at most 32 characters. */
export type CallId = Branded<string, "CallId">;

/** A whole session description (RFC 8866) as text. A string gets this brand only after it was parsed. */
export type Sdp = Branded<string, "Sdp">;

/**
 * How a party's media is transported: `webrtc` is ICE and DTLS-SRTP with BUNDLE (RFC 8829), `rtp` plain RTP/AVP,
 * `srtp` RTP/SAVP with SDES keys (RFC 4568), `srtp-optional` RTP/AVP with keys that may be left unused (RFC 8643).
 */
export type MediaTransport = "webrtc" | "rtp" | "srtp" | "srtp-optional";

/** Names one leg within its call: that of the caller, or one of those that are called. */
export type LegId = Branded<string, "LegId">;

/** The leg of the caller. */
export const ORIGIN = "origin" as LegId;

/** The leg of the called party with this number, counted from 1 through the whole ring plan. */
export function targetLeg(number: number): LegId {
    return `target${number}` as LegId;
}

/** The leg by which another call takes the place of a party, counted from 1 through the whole call. */
export function linkLeg(number: number): LegId {
    return `link${number}` as LegId;
}

/** The two parties of a media session: the caller, and the party that is called. */
export type Side = "origin" | "target";

export function otherSide(side: Side): Side {
    return side === "origin" ? "target" : "origin";
}

/** How DTMF digits travel: within the media as RTP events (RFC 4733), or in the signalling (SIP INFO, a command). */
export type DigitForm = "media" | "signalling";

/** How a party asks for a whole picture: within the media by RTCP (PLI, FIR), or in the signalling (SIP INFO, RFC 5168). */
export type RequestForm = "media" | "signalling";

/** One trickled ICE candidate (RFC 8838). An empty `candidate` says that no more will come. */
export interface IceCandidate {
    /** The value of an `a=candidate` line, `candidate:` prefix included, or "". */
    readonly candidate: string;
    /** The `a=mid` of the media section it belongs to. */
    readonly mid?: string;
    /** Index of the media section, where the sender names no mid. */
    readonly lineIndex?: number;
    /** ICE user fragment of the description it belongs to; lets stale ones be told apart. */
    readonly ufrag?: string;
}

/**
 * Why a call ended. One table has the words of every protocol for each cause (lib/call/endings.ts).
 */
export type EndCause =
    /** A party put the phone down: the normal end of a call that was up. */
    | "hungUp"
    /** The caller gave up before an answer. */
    | "cancelled"
    | "busy"
    /** The callee saw the call and said no. */
    | "declined"
    /** The callee's phone rang, and the call was not answered in time. */
    | "noAnswer"
    /** The callee's network did not respond to the call at all: nothing rang. */
    | "noResponse"
    /** The callee cannot be reached now: not registered, left the room, no device. */
    | "unavailable"
    | "answeredElsewhere"
    /** No such number or user. */
    | "notFound"
    /** The number is malformed or incomplete. */
    | "badAddress"
    /** The bridge's rules do not allow the caller to place this call. */
    | "forbidden"
    /** A fraud limit of the bridge (`limits`) does not allow the call, or ended it. */
    | "limitReached"
    /** The callee's network does not allow the call (SIP 403 and the like). */
    | "rejectedByNetwork"
    /** A network or callee policy blocks this caller (SIP 607, 608). */
    | "blocked"
    /** No codec, transport or media kind both parties accept. */
    | "noCommonMedia"
    /** Media flowed, or should have, and does not. */
    | "mediaLost"
    /** The Matrix party could not connect to our media address. */
    | "iceFailed"
    /** The party has no usable microphone or refused access to it. */
    | "mediaDeviceFailed"
    /** The other protocol's network refused or failed. */
    | "networkFailure"
    /** This bridge, its media proxy or its homeserver cannot take the call now. */
    | "serviceUnavailable"
    /** Another call took this one's place. */
    | "replaced"
    /** A fault of this program. */
    | "internalError";

/** Every cause, for tables and exhaustive tests. */
export const END_CAUSES: readonly EndCause[] = Object.keys({
    hungUp: 0,
    cancelled: 0,
    busy: 0,
    declined: 0,
    noAnswer: 0,
    noResponse: 0,
    unavailable: 0,
    answeredElsewhere: 0,
    notFound: 0,
    badAddress: 0,
    forbidden: 0,
    limitReached: 0,
    rejectedByNetwork: 0,
    blocked: 0,
    noCommonMedia: 0,
    mediaLost: 0,
    iceFailed: 0,
    mediaDeviceFailed: 0,
    networkFailure: 0,
    serviceUnavailable: 0,
    replaced: 0,
    internalError: 0,
} satisfies Record<EndCause, 0>) as EndCause[];
