import type { HeaderFields } from "../SipStack.ts";
import { type AuthenticatedRequest, sendAuthenticated } from "./sendAuthenticated.ts";

/** A request within a dialog, and what becomes of it. Callbacks are synchronous and must not throw. */
export interface DialogRequest extends Omit<AuthenticatedRequest, "compose"> {
    readonly method: string;
    readonly dialogId: string;
    readonly headers: HeaderFields;
    readonly body?: string;
}

/**
 * Sends a request within a dialog, and again with credentials for as long as it is challenged and the challenge can be
 * answered. Resolves once it is on the wire for the first time; rejects if it cannot be sent at all.
 */
export async function sendInDialog(request: DialogRequest): Promise<void> {
    const { method, dialogId, headers, body } = request;
    const order = { method, dialogId, headers, ...(body !== undefined && { body }) };
    await sendAuthenticated({ ...request, compose: (headerLines) => ({ ...order, headerLines }) });
}
