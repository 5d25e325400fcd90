import type { Log } from "../../ports/Log.ts";
import { type HeaderFields, SipSendError, type SipStack } from "../SipStack.ts";

export interface ProbeParts {
    readonly stack: SipStack;
    readonly log: Log;
    readonly userAgent: string;
    readonly dialogId: string;
    readonly headers: HeaderFields;
}

/**
 * Asks the peer by OPTIONS within the dialog whether it still has the call. 481 means that it does not know the dialog, 408
 * that it does not respond at all (RFC 5057, section 5.1); every other response means that it does.
 */
export async function probeDialog(parts: ProbeParts, onGone: () => void): Promise<void> {
    const { stack, log, userAgent, dialogId, headers } = parts;
    try {
        await stack.send(
            {
                method: "OPTIONS",
                dialogId,
                headers: { ...headers, "User-Agent": userAgent, Accept: "application/sdp" },
            },
            {
                onResponse: ({ status }) => {
                    if (status !== 408 && status !== 481) return;
                    log.info("SIP peer no longer has the call", { status });
                    onGone();
                },
            },
        );
    } catch (error) {
        log.debug("OPTIONS not sent", { error });
        // the SIP server ended the dialog by itself
        if (error instanceof SipSendError && error.code === "noDialog") onGone();
    }
}
