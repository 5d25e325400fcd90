import type { Log } from "../ports/Log.ts";
import type { MessageObserver } from "./drachtio/observeStack.ts";
import { bodyWithoutSecrets, headersWithoutSecrets } from "./withoutSecrets.ts";

/** Writes every SIP message to the log at level info, without secrets (`logging.sip`). Numbers are complete. */
export function logSipMessages(log: Log): MessageObserver {
    return ({ direction, method, status, reason, uri, headers, body, sipCallId }) =>
        log.info(direction === "sent" ? "SIP message sent" : "SIP message received", {
            method,
            status,
            reason,
            uri,
            sipCallId,
            headers: headersWithoutSecrets(headers),
            message: bodyWithoutSecrets(headers.get("content-type"), body) || undefined,
        });
}
