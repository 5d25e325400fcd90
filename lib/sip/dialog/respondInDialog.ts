import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import type { DialogParts } from "./DialogParts.ts";

/**
 * Responds to a request within a dialog. The response is lost if the peer has cancelled the request or vanished; if the dialog is gone,
 * its end is reported separately.
 */
export function respondInDialog(
    { headers, log }: Pick<DialogParts, "headers" | "log">,
    request: IncomingRequest,
    response: OutgoingResponse,
): void {
    request.respond({ ...response, headers: { ...headers, ...response.headers } }).catch((error: unknown) => {
        log.debug("response not sent", { method: request.method, error });
    });
}
