import { LRUCache } from "lru-cache";
import type { CallId, EndCause, Side } from "../call/vocabulary.ts";
import type { CallRequest } from "../ports/CallIntake.ts";
import { partiesOf } from "../ports/CallParties.ts";
import type { CallNote, CallRecorder, EarlierCall, RejectedCall } from "../ports/CallRecorder.ts";
import type { Clock } from "../ports/Clock.ts";
import { type CallCourse, liveRecord, NO_NOTES, type Notes, recordOf, withNote } from "./callCourse.ts";
import type { CallRecordSink, LiveCallRecord, SipReason } from "./CallRecord.ts";

export interface CallRecordsParts {
    readonly clock: Clock;
    readonly sinks: readonly CallRecordSink[];
    /** The last Reason header among the SIP messages with this Call-ID, if they are known. Synchronous, must not throw. */
    readonly sipReasonOf?: (sipCallId: string) => SipReason | undefined;
}

/** Notes of calls that the desk does not have yet. An INVITE that never becomes a call leaves one behind. */
const MAX_EARLY_NOTES = 1_000;
/** How long the record of an ended call waits for its last notes, in ms: a peer may be slow to take the end in. */
const LAST_NOTES_MS = 3_000;

interface LiveCall {
    course: CallCourse;
    notes: Notes;
    /** Runs from the end of the call until its record is complete. */
    cancelDeadline?: () => void;
}

/** Knows the live calls and hands a complete record of each to the sinks once it is over. */
export class CallRecords implements CallRecorder {
    readonly #parts: CallRecordsParts;
    readonly #calls = new Map<CallId, LiveCall>();
    readonly #early = new LRUCache<CallId, Notes>({ max: MAX_EARLY_NOTES });

    constructor(parts: CallRecordsParts) {
        this.#parts = parts;
    }

    /** Every call that is not over, in the order in which they started. */
    live(): readonly LiveCallRecord[] {
        const calls = [...this.#calls].filter(([, { course }]) => course.end === undefined);
        return calls.map(([callId, { course, notes }]) => liveRecord(callId, course, notes));
    }

    /** The trunk, peer or account that sent the INVITE of a call that has not started. */
    senderOf(callId: CallId): string | undefined {
        return this.#early.get(callId)?.inviteReceived?.sender;
    }

    started(callId: CallId, request: CallRequest): void {
        const notes = this.#early.get(callId) ?? NO_NOTES;
        this.#early.delete(callId);
        const course = { ...partiesOf(request), startedAt: this.#parts.clock.now() };
        this.#calls.set(callId, { course, notes });
        const record = liveRecord(callId, course, notes);
        for (const sink of this.#parts.sinks) sink.started?.(record);
    }

    resumed(callId: CallId, { parties, startedAt, answeredAt, notes }: EarlierCall): void {
        const course = { ...parties, startedAt, ...(answeredAt !== undefined && { answeredAt }) };
        this.#calls.set(callId, { course, notes: notes.reduce(withNote, this.#early.get(callId) ?? NO_NOTES) });
        this.#early.delete(callId);
    }

    notesOf(callId: CallId): readonly CallNote[] {
        return Object.values(this.#calls.get(callId)?.notes ?? NO_NOTES);
    }

    ringing(callId: CallId): void {
        const call = this.#calls.get(callId);
        if (call !== undefined) call.course = { ringingAt: this.#parts.clock.now(), ...call.course };
    }

    answered(callId: CallId): void {
        const call = this.#calls.get(callId);
        // early media is not charged
        if (call === undefined || call.notes.earlyAnswer?.state === "waiting") return;
        call.course = { answeredAt: this.#parts.clock.now(), ...call.course };
        const record = liveRecord(callId, call.course, call.notes);
        for (const sink of this.#parts.sinks) sink.answered?.(record);
    }

    ended(callId: CallId, cause: EndCause, by: Side | "bridge"): void {
        const call = this.#calls.get(callId);
        if (call === undefined) return;
        call.course = { ...call.course, end: { cause, by, endedAt: this.#parts.clock.now() } };
        call.cancelDeadline = this.#parts.clock.startTimer(LAST_NOTES_MS, () => this.settled(callId));
    }

    settled(callId: CallId): void {
        const call = this.#calls.get(callId);
        if (call?.course.end === undefined) return;
        this.#calls.delete(callId);
        call.cancelDeadline?.();
        const { course, notes } = call;
        const { sipCallId } = liveRecord(callId, course, notes);
        const reason = sipCallId === undefined ? undefined : this.#parts.sipReasonOf?.(sipCallId);
        const record = recordOf(callId, course, call.course.end, notes, reason);
        for (const sink of this.#parts.sinks) sink.ended?.(record);
    }

    rejected(rejection: RejectedCall): void {
        this.#early.delete(rejection.callId);
        for (const sink of this.#parts.sinks) sink.rejected?.(rejection);
    }

    note(callId: CallId, note: CallNote): void {
        const call = this.#calls.get(callId);
        if (call !== undefined) {
            call.notes = withNote(call.notes, note);
            if (note.kind === "earlyAnswer" && note.state === "answered") this.answered(callId);
        }
        // a note after the end of a call comes too late for its record
        else this.#early.set(callId, withNote(this.#early.get(callId) ?? NO_NOTES, note));
    }
}
