import type { LegId } from "../call/vocabulary.ts";
import type { LegRecord } from "../ports/LegRecord.ts";

/** The records of the legs or media sessions that have one. */
export function recordsOf<Record>(
    seats: ReadonlyMap<LegId, { snapshot(): Record | undefined }>,
): { readonly leg: LegId; readonly record: Record }[] {
    return [...seats].flatMap(([leg, seat]) => {
        const record = seat.snapshot();
        return record === undefined ? [] : [{ leg, record }];
    });
}

/** Whether both the party and the bridge have the final answer to the call. */
export function isConnected(record: LegRecord | undefined): boolean {
    switch (record?.phase) {
        case "connected":
        case "accepted":
        case "answered":
        case "linked":
            return true;
        case "inviteReceived":
        case "inviteSent":
        case "calling":
        case "answering":
        case "ringing":
        case undefined:
            return false;
    }
}
