import type { FaultParty } from "../call/FaultParty.ts";
import type { EndCause, Side } from "../call/vocabulary.ts";
import type { CallParty } from "../numbering/partyText.ts";
import type { CallVia } from "../ports/CallParties.ts";
import type { FinalResponse, MatrixEnd, RejectedCall } from "../ports/CallRecorder.ts";
import type { CallAudio } from "./callAudio.ts";
import type { CallDirection } from "../ports/Telemetry.ts";

/** What is known of a call that is not over. Plain data. Times are wall time in ms since the Unix epoch. */
export interface LiveCallRecord {
    readonly callId: string;
    /** `inbound` is SIP to Matrix, `outbound` every call to a trunk or to a registered phone. */
    readonly direction: CallDirection;
    readonly caller: CallParty;
    readonly callee: CallParty;
    readonly via: CallVia;
    readonly sipCallId?: string;
    readonly roomId?: string;
    readonly matrixCallId?: string;
    readonly startedAt: number;
    readonly ringingAt?: number;
    readonly answeredAt?: number;
}

/** Everything about a call that is over. */
export interface CallRecord extends LiveCallRecord {
    readonly endedAt: number;
    readonly cause: EndCause;
    readonly by: Side | "bridge";
    readonly fault: FaultParty;
    /** What the party at fault said, where that is known: an errcode of the homeserver. */
    readonly faultReason?: string;
    /** The final response to the last INVITE. */
    readonly response?: FinalResponse;
    /** The last Reason header of the call's SIP messages (RFC 3326), of a response, BYE or CANCEL in either direction. */
    readonly sipReason?: SipReason;
    /** The Matrix event that ended the call. */
    readonly matrixEnd?: MatrixEnd;
    /** Only of answered calls. */
    readonly audio?: CallAudio;
}

/** A Reason header: its text, and the Q.850 cause in it, if there is one. */
export interface SipReason {
    readonly text: string;
    readonly q850?: number;
}

/** How long the callee's phone rang, in ms; 0 if it did not. */
export function ringMs({ ringingAt, answeredAt, endedAt }: CallRecord): number {
    return ringingAt === undefined ? 0 : Math.max(0, (answeredAt ?? endedAt) - ringingAt);
}

/** How long the parties were connected, in ms; 0 if they were not. */
export function talkMs({ answeredAt, endedAt }: CallRecord): number {
    return answeredAt === undefined ? 0 : Math.max(0, endedAt - answeredAt);
}

/** Value of the metric label `trunk`: one value for all registered phones, of which there can be many. */
export function trunkLabel({ kind, name }: CallVia): string {
    return kind === "phone" ? "registered_phones" : name;
}

/** Receives each step of each call. Must not throw. */
export interface CallRecordSink {
    started?(call: LiveCallRecord): void;
    answered?(call: LiveCallRecord): void;
    ended?(call: CallRecord): void;
    rejected?(rejection: RejectedCall): void;
}
