import type { DigestClient } from "../digest/DigestClient.ts";
import { sendInDialog } from "../digest/sendInDialog.ts";
import type { HeaderFields, IncomingResponse, SipStack } from "../SipStack.ts";

/** What every request of the bridge within a dialog needs. */
export interface InDialogParts {
    readonly stack: SipStack;
    readonly userAgent: string;
    readonly dialogId: string;
    /** Answers challenges, if there are credentials. */
    readonly digest: DigestClient | undefined;
    /** What every message of the call carries. */
    readonly headers: HeaderFields;
}

export interface InDialogRequest {
    readonly method: string;
    readonly headers: HeaderFields;
    readonly body?: string;
}

/** Sends a request other than INVITE within a dialog. Resolves to the final response. @throws SipSendError */
export function askInDialog(parts: InDialogParts, request: InDialogRequest): Promise<IncomingResponse> {
    const { stack, digest, dialogId, userAgent } = parts;
    const headers = { ...parts.headers, ...request.headers, "User-Agent": userAgent };
    return new Promise((resolve, reject) => {
        const outcome = { onFinal: resolve, onFailed: reject };
        sendInDialog({ ...request, stack, digest, dialogId, headers, ...outcome }).catch(reject);
    });
}
