import type { Dialog } from "../dialog/Dialog.ts";
import type { AppHeaders } from "./appHeaders.ts";
import { needsContact, type RequestDraft } from "./composeRequest.ts";

/** The draft of a request in a dialog (RFC 3261 12.2.1.1). */
export function draftInDialog(
    dialog: Dialog,
    order: { readonly method: string; readonly body: Buffer },
    headers: Pick<AppHeaders, "contacts" | "rest">,
    cseq: number,
): RequestDraft {
    const { uri, routes } = dialog.route();
    const given = headers.contacts;
    return {
        method: order.method,
        uri,
        routes,
        from: dialog.local,
        fromTag: dialog.localTag,
        to: dialog.remote,
        callId: dialog.callId,
        cseq,
        contacts: given.length === 0 && needsContact(order.method) ? [dialog.localContact] : given,
        rest: headers.rest,
        body: order.body,
    };
}
