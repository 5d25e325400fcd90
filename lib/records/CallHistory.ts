import { partyText } from "../numbering/partyText.ts";
import { CallsPerHour, type HourOfCalls } from "./CallsPerHour.ts";
import { hasFailed } from "./hasFailed.ts";
import type { CallRecord, CallRecordSink } from "./CallRecord.ts";

/** Which ended calls are wanted. */
export interface CallQuery {
    /** Part of a user ID, number, address, trunk name, call id or SIP Call-ID. */
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

/** Ended calls, in memory, bounded by age and number. A query looks at what is kept and at nothing else. */
export class CallHistory implements CallRecordSink {
    readonly #options: CallHistoryOptions;
    readonly #calls: CallRecord[] = [];
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
        this.#calls.push(call);
        this.#hours.add(call);
        for (const id of idsOf(call)) this.#byId.set(id, call);
        const oldest = this.#options.now() - this.#options.maxAgeMs;
        while (this.#calls.length > this.#options.maxCalls || (this.#calls[0]?.endedAt ?? oldest) < oldest)
            this.#forgetOldest();
    }

    find(id: string): CallRecord | undefined {
        return this.#byId.get(id);
    }

    /** The newest first. */
    query({ party, failedOnly, limit }: CallQuery): readonly CallRecord[] {
        const found: CallRecord[] = [];
        for (let index = this.#calls.length - 1; index >= 0 && found.length < limit; index--) {
            const call = this.#calls[index];
            if (call === undefined || (failedOnly && !hasFailed(call))) continue;
            if (party === undefined || concerns(call, party)) found.push(call);
        }
        return found;
    }

    /** Ended calls of the last 24 hours, hour by hour. */
    perHour(): readonly HourOfCalls[] {
        return this.#hours.at(this.#options.now());
    }

    #forgetOldest(): void {
        const call = this.#calls.shift();
        if (call === undefined) return;
        for (const id of idsOf(call)) if (this.#byId.get(id) === call) this.#byId.delete(id);
    }
}

function idsOf({ callId, sipCallId }: CallRecord): readonly string[] {
    return sipCallId === undefined ? [callId] : [callId, sipCallId];
}

function concerns({ callId, sipCallId, caller, callee, via }: CallRecord, party: string): boolean {
    const names = [callId, sipCallId ?? "", partyText(caller, "full"), partyText(callee, "full"), via.name];
    return names.some((name) => name.includes(party));
}
