import type { CallSnapshot, JournaledCall } from "../../lib/ports/CallJournal.ts";

/** A call whose record does not change. */
export function journaled(record: CallSnapshot): JournaledCall {
    return { callId: record.callId, snapshot: () => record };
}
