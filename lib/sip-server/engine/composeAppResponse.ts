import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { composeResponse } from "../transaction/composeResponse.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { type AppHeaders, replaceLocalhost } from "./appHeaders.ts";
import type { OutgoingResponse } from "./SipEngine.ts";

/** What the engine adds to a response of the application. */
export interface ResponseFrame {
    readonly toTag: string;
    readonly flow: Flow;
    /** Contact if the application gave none; undefined for none. */
    readonly contact: string | undefined;
    /** Copy Record-Route: the response makes a dialog (RFC 3261 12.1.1). */
    readonly makesDialog: boolean;
}

/** The application's response as it goes out. */
export function composeAppResponse(
    request: SipRequest,
    order: OutgoingResponse,
    headers: AppHeaders,
    { toTag, flow, contact, makesDialog }: ResponseFrame,
): SipResponse {
    const response = composeResponse(request, {
        status: order.status,
        ...(order.reason === undefined ? {} : { reason: order.reason }),
        toTag,
        body: order.body,
    });
    if (makesDialog) {
        for (const value of request.headers.all("Record-Route")) response.headers.add("Record-Route", value);
    }
    const contacts = headers.contacts.length === 0 && contact !== undefined ? [contact] : headers.contacts;
    for (const value of contacts) response.headers.add("Contact", value);
    for (const { name, value } of headers.rest) response.headers.add(name, value);
    replaceLocalhost(response.headers, flow);
    return response;
}
