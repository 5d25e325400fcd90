import type { SipDialogRecord } from "../../ports/LegRecord.ts";
import type { DialogParts } from "./DialogParts.ts";

/** A dialog for the call journal, from what it began with and what has changed since. Pure. */
export function dialogRecord(
    parts: DialogParts,
    open: { readonly transactionId: string | undefined; readonly transferEvent: string | undefined },
): SipDialogRecord {
    const { peer, role, dialogId, headers, timer, duty, digest, dtmf, allow, copy, local, remote, ack, rights } = parts;
    return {
        network: "sip",
        phase: "connected",
        ...{ peer, role, dialogId, headers, timer, duty, dtmf, allow, copy, local, remote, ack },
        credentials: digest === undefined ? "withheld" : "allowed",
        openTransactionId: open.transactionId,
        openTransferEvent: open.transferEvent,
        transferor: rights?.record,
    };
}
