import type { CallPolicy } from "../call/CallPolicy.ts";
import type { CallId, EndCause, LegId, Sdp, MediaTransport } from "../call/vocabulary.ts";
import type { CallParty } from "../numbering/partyText.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import type { VideoPermission } from "./MediaProxy.ts";
import type { DialledTarget } from "./CallTarget.ts";
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

/**
 * The place of a party in another call, which is connected or rings. The caller takes it, and talks to the other party of that call
 * (RFC 3891). The desk itself is the called party until the two calls are joined.
 */
export interface PlaceTarget {
    readonly network: "call";
    readonly media: "rtp";
    /** A call that is joined with another one has audio only. */
    readonly video?: never;
    /** The leg whose place it is. */
    readonly leg: CallLeg;
    readonly caller: RemoteParty;
    /** Who stays in that call, or places it. */
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
