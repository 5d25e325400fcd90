import type { SipDialogRecord } from "../../ports/LegRecord.ts";
import type { DialogParts } from "./DialogParts.ts";

/** A dialog for the call journal, from what it began with and what has changed since. Pure. */
export function dialogRecord(parts: DialogParts, openTransactionId: string | undefined): SipDialogRecord {
    const { peer, role, dialogId, headers, timer, duty, digest, dtmf, allow, copy, local, remote, ack } = parts;
    return {
        network: "sip",
        phase: "connected",
        ...{ peer, role, dialogId, headers, timer, duty, dtmf, allow, copy, local, remote, ack },
        credentials: digest === undefined ? "withheld" : "allowed",
        openTransactionId,
    };
}
