import type { MatrixUserId } from "../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../lib/numbering/PhoneNumber.ts";
import type { CallRecord } from "../../lib/records/CallRecord.ts";

/** An answered inbound call by the trunk `carrier`, with changes. */
export function aCallRecord(changes: Partial<CallRecord> = {}): CallRecord {
    return {
        callId: "c1",
        direction: "inbound",
        caller: { kind: "number", number: "+442071838750" as PhoneNumber },
        callee: { kind: "user", user: "@alice:matrix.example" as MatrixUserId },
        via: { kind: "trunk", name: "carrier" },
        startedAt: 0,
        ringingAt: 500,
        answeredAt: 2_500,
        endedAt: 12_500,
        cause: "hungUp",
        by: "origin",
        fault: "none",
        ...changes,
    };
}
