import { CallIndex } from "./CallIndex.ts";
import { CallsPerHour, type HourOfCalls } from "./CallsPerHour.ts";
import { hasFailed } from "./hasFailed.ts";
import type { CallRecord, CallRecordSink } from "./CallRecord.ts";

/** Which ended calls are wanted. */
export interface CallQuery {
    /** A user ID, number, address, account or trunk name; or a part of one, if no call has exactly that. */
    readonly party?: string;
    readonly failedOnly: boolean;
    readonly limit: number;
}

export interface CallHistoryOptions {
    /** More than this many calls are never kept. */
    readonly maxCalls: number;
    readonly maxAgeMs: number;
    readonly now: () => number;
}

/** Ended calls, in memory, bounded by age and number. A query reads only the calls that it returns. */
export class CallHistory implements CallRecordSink {
    readonly #options: CallHistoryOptions;
    readonly #calls = new CallIndex();
    readonly #failed = new CallIndex();
    readonly #byId = new Map<string, CallRecord>();
    readonly #hours = new CallsPerHour();

    constructor(options: CallHistoryOptions) {
        this.#options = options;
    }

    /** Adds calls of earlier runs, the oldest first. */
    load(calls: readonly CallRecord[]): void {
        for (const call of calls) this.ended(call);
    }

    ended(call: CallRecord): void {
        this.#calls.add(call);
        if (hasFailed(call)) this.#failed.add(call);
        this.#hours.add(call);
        for (const id of idsOf(call)) this.#byId.set(id, call);
        const since = this.#options.now() - this.#options.maxAgeMs;
        while (this.#calls.size > this.#options.maxCalls || (this.#calls.oldest?.endedAt ?? since) < since)
            this.#forgetOldest();
    }

    find(id: string): CallRecord | undefined {
        return this.#byId.get(id);
    }

    /** The newest first. */
    query({ party, failedOnly, limit }: CallQuery): readonly CallRecord[] {
        return (failedOnly ? this.#failed : this.#calls).newest(party, limit);
    }

    /** Ended calls of the last 24 hours, hour by hour. */
    perHour(): readonly HourOfCalls[] {
        return this.#hours.at(this.#options.now());
    }

    #forgetOldest(): void {
        const call = this.#calls.oldest;
        if (call === undefined) return;
        this.#calls.removeOldest();
        if (this.#failed.oldest === call) this.#failed.removeOldest();
        for (const id of idsOf(call)) if (this.#byId.get(id) === call) this.#byId.delete(id);
    }
}

function idsOf({ callId, sipCallId }: CallRecord): readonly string[] {
    return sipCallId === undefined ? [callId] : [callId, sipCallId];
}
