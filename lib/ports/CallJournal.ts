import type { CallState } from "../call/CallState.ts";
import type { CallId, LegId } from "../call/vocabulary.ts";
import type { ShownParty } from "./CallLeg.ts";
import type { CallParties } from "./CallParties.ts";
import type { CallNote } from "./CallRecorder.ts";
import type { LegRecord } from "./LegRecord.ts";
import type { MediaRecord, MediaRequest } from "./MediaProxy.ts";

/**
 * Keeps one record for each call, so that the next run of the bridge can go on with connected calls and end all others.
 * Used by the desk; implemented in lib/store. A database can implement it for several instances.
 */
export interface CallJournal {
    /**
     * Replaces the record of a call by its snapshot, which from then on survives a crash of the process. Throws if it cannot be
     * written.
     */
    write(call: JournaledCall): void;
    /** Resolves once what was written so far also survives a crash of the machine. Rejects if the disk fails. */
    synchronised(): Promise<void>;
    /** The call is over for both parties. Never throws; an unknown call is ignored. */
    remove(callId: CallId): void;
    /** The calls that an earlier run left, in the order in which they began. Called once at startup. */
    adopt(): readonly CallSnapshot[];
    /** Waits for pending writes and closes. */
    close(): Promise<void>;
}

/** A call whose record is kept. */
export interface JournaledCall {
    readonly callId: CallId;
    /**
     * The record as it is now. Called by `write`, and until `remove` whenever the journal needs all records again: it does not
     * keep them, because a record takes more memory than the rest of some calls.
     */
    readonly snapshot: () => CallSnapshot;
}

/** Everything that is needed to go on with a call, as plain data. */
export interface CallSnapshot {
    readonly callId: CallId;
    readonly state: CallState;
    readonly parties: CallParties;
    /** What the adapters have noted of it. */
    readonly notes: readonly CallNote[];
    /** The legs that are not over. */
    readonly legs: readonly { readonly leg: LegId; readonly record: LegRecord }[];
    /** Who parties are, if their networks have said so since the call began. */
    readonly identities?: readonly { readonly leg: LegId; readonly party: ShownParty }[];
    /** The media sessions in which both parties have spoken, by the called leg that each is for. */
    readonly media: readonly MediaSnapshot[];
}

export interface MediaSnapshot extends Pick<MediaRequest, "transports" | "video"> {
    readonly leg: LegId;
    readonly record: MediaRecord;
}
