import { Dialog } from "../dialog/Dialog.ts";
import { contactUri, routeSetOfUas } from "../dialog/routeSet.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { cseqNumber, fromTag, toTag } from "../transaction/matching.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { ownContact } from "./composeRequest.ts";

/** The dialog our response to a request makes (RFC 3261 12.1.1). */
export function dialogOfRequest(request: SipRequest, response: SipResponse, flow: Flow): Dialog {
    const dialog = new Dialog({
        callId: request.headers.get("Call-ID") ?? "",
        localTag: toTag(response) ?? "",
        remoteTag: fromTag(request) ?? "",
        local: response.headers.get("To") ?? "",
        remote: request.headers.get("From") ?? "",
        role: "uas",
        routeSet: routeSetOfUas(request.headers),
        remoteTarget: contactUri(request.headers) ?? request.uri,
        localContact: response.headers.get("Contact") ?? ownContact(flow),
        localCSeq: 0,
        remoteCSeq: cseqNumber(request),
        flow,
        direct: request.headers.list("Via").length === 1,
    });
    dialog.noticePeer(request.headers);
    return dialog;
}
