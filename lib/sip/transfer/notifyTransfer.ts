import type { Log } from "../../ports/Log.ts";
import type { InDialogParts } from "../dialog/askInDialog.ts";

export interface NotifyParts extends Omit<InDialogParts, "digest"> {
    readonly log: Log;
}

/** The result of the target's call so far, as a SIP response. */
export interface TransferOutcome {
    readonly status: number;
    readonly reason: string;
}

export interface TransferNotice {
    /** The Event header: it tells the subscriptions of one dialog apart (RFC 3515, section 2.4.6). */
    readonly event: string;
    readonly outcome: TransferOutcome;
    readonly state: "active" | "terminated";
}

/** How long the subscription of a REFER lasts without a further NOTIFY, in seconds: longer than any target rings. */
const EXPIRES_S = 600;

/**
 * Tells the peer of a dialog how the transfer goes that it asked for: a NOTIFY with a response as its body (RFC 3515, section
 * 2.4.5). Resolves once it is on the wire, or cannot be sent.
 */
export async function notifyTransfer(
    { stack, log, headers, userAgent, dialogId }: NotifyParts,
    { event, outcome, state }: TransferNotice,
    onResponse: (status: number) => void = () => undefined,
): Promise<void> {
    const request = {
        method: "NOTIFY",
        dialogId,
        headers: {
            ...headers,
            Event: event,
            "Subscription-State": state === "active" ? `active;expires=${EXPIRES_S}` : "terminated;reason=noresource",
            "Content-Type": "message/sipfrag;version=2.0",
            "User-Agent": userAgent,
        },
        body: `SIP/2.0 ${outcome.status} ${outcome.reason}\r\n`,
    };
    await stack
        .send(request, { onResponse: ({ status }) => onResponse(status) })
        .catch((error: unknown) => log.debug("NOTIFY not sent", { error }));
}
