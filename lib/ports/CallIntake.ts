import type { CallPolicy } from "../call/CallPolicy.ts";
import type { CallId, EndCause, LegId, Sdp, MediaTransport } from "../call/vocabulary.ts";
import type { CallProvenance } from "../numbering/CallProvenance.ts";
import type { CallParty } from "../numbering/partyText.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { VideoPermission } from "./MediaProxy.ts";
import type { CallLeg, LegReport, OriginLeg, TargetLeg } from "./CallLeg.ts";
import type { PartyRecord } from "./LegRecord.ts";

/** How an adapter hands in a new call. The desk implements it. */
export interface CallIntake {
    /**
     * Accepts the call and starts it immediately. The adapter has checked that the caller may place it and keeps
     * reporting what the caller does through the returned function. Refused when the bridge stops or is full: the
     * adapter then ends its own leg with the given cause.
     */
    open(request: CallRequest): { readonly report: LegReport } | { readonly refused: EndCause };
}

export interface CallRequest {
    /** Made by the adapter with `newCallId`, so that its log lines carry it from the first. */
    readonly callId: CallId;
    readonly origin: OriginLeg;
    readonly originMedia: MediaTransport;
    /** Whether the caller can have video. */
    readonly originVideo?: VideoPermission;
    readonly offer: Sdp;
    /** Whom to ring, in which order and for how long. */
    readonly ring: readonly [RingTargets, ...RingTargets[]];
    readonly policy: CallPolicy;
}

/** Parties that ring at the same time: the first to answer gets the call. */
export interface RingTargets {
    readonly targets: readonly [CallTarget, ...CallTarget[]];
    /** How long they can ring before the next ones do, or the call ends, in ms. */
    readonly forMs: number;
}

/** Whom to call, in the words of the adapter that will do it. */
export type CallTarget = DialledTarget | PlaceTarget;

/** Somebody who is called in a network. */
export type DialledTarget = MatrixTarget | SipTarget | PhoneTarget;

export interface MatrixTarget {
    readonly network: "matrix";
    readonly media: MediaTransport;
    readonly video?: VideoPermission;
    readonly callee: MatrixUserId;
    readonly caller: RemoteParty;
    /** What the caller's network says of the call. */
    readonly provenance?: CallProvenance;
}

export interface SipTarget {
    readonly network: "sip";
    readonly media: MediaTransport;
    readonly video?: VideoPermission;
    readonly callee: RemoteParty;
    readonly caller: MatrixUserId;
    /** Name the callee should see, where the network shows one. */
    readonly callerName?: string;
    /** The caller's own display name in Matrix, for trunks that are sent it and if there is no `callerName`. */
    readonly profileName?: string;
    /** The caller does not want the callee to know who calls (RFC 3323); the trunk may. */
    readonly callerIs?: "withheld";
    /** The caller can hear early media only if the call is answered with it: Matrix has no other event for it. */
    readonly mayAnswerEarly?: true;
    /** How the caller's phone says it is connected (RFC 7315, section 4.4): for trunks that may know where the caller is. */
    readonly accessNetwork?: string;
    /** Who transferred the caller, a URI (RFC 3892). */
    readonly referredBy?: string;
    /** Names of the trunks to try, best first; at least one. `media` and `video` are those of the first. */
    readonly trunks: readonly [string, ...string[]];
}

/** One phone that is registered with us, where it is reached at the moment. */
export interface PhoneTarget {
    readonly network: "phone";
    readonly media: MediaTransport;
    readonly video?: VideoPermission;
    /** The account it is registered for. */
    readonly account: string;
    /** How digits reach it and come from it, as its account is configured; `auto` if left out. */
    readonly dtmf?: "auto" | "rtp" | "info";
    /** Its contact, a SIP URI. */
    readonly contact: string;
    /** Where to send to, a SIP URI. */
    readonly nextHop: string;
    /** The proxies on the way, nearest first: URIs (RFC 3327). */
    readonly route?: readonly string[];
    readonly caller: RemoteParty;
    /** Who transferred the caller, a URI (RFC 3892). */
    readonly referredBy?: string;
}

/**
 * The place of a party in another connected call. The caller takes it, and talks to the other party of that call (RFC 3891). The desk
 * itself is the called party until the two calls are joined.
 */
export interface PlaceTarget {
    readonly network: "call";
    readonly media: "rtp";
    /** A call that is joined with another one has audio only. */
    readonly video?: never;
    /** The leg whose place it is. */
    readonly leg: CallLeg;
    readonly caller: RemoteParty;
    /** Who stays in that call. */
    readonly callee: CallParty;
}

/** Every network that calls can go to. */
export type Network = DialledTarget["network"];

/** What dials the parties of each network. */
export type Diallers = { readonly [Each in Network]: LegDialler<Extract<DialledTarget, { readonly network: Each }>> };

/** Makes the leg towards a target. Each adapter implements the one for its network; the desk calls it once a leg. */
export interface LegDialler<Target extends DialledTarget> {
    /** Synchronous and without I/O: nothing is sent before `offer` is called on the leg. */
    dial(callId: CallId, target: Target, report: LegReport, leg: LegId): TargetLeg;
    /**
     * The targets that take the place of this one, because its party is called in several ways with media of their own. Each
     * is called only if those before it could not be reached. Left out, there is only the target itself.
     */
    alternatives?(target: Target): readonly [Target, ...Target[]];
}

/** What makes legs from the records of the previous run. Each adapter implements the one for its network. */
export interface LegResumer<Record extends PartyRecord> {
    /**
     * Synchronous and without I/O. The leg goes on in the phase of the record: it can be ended, and a connected one can do
     * everything. Its party can act from now on. Undefined if the record is not one of the adapter's.
     */
    resume(call: ResumedCall, record: Record, report: LegReport): CallLeg | undefined;
}

/** Which leg of which call is resumed. */
export interface ResumedCall {
    readonly callId: CallId;
    readonly leg: LegId;
}

/** What makes the legs of each network again. */
export type Resumers = {
    readonly [Each in PartyRecord["network"]]: LegResumer<Extract<PartyRecord, { readonly network: Each }>>;
};
