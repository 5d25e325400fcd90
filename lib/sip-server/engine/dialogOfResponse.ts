import { Dialog } from "../dialog/Dialog.ts";
import { contactUri, routeSetOfUac, routeSetOfUas } from "../dialog/routeSet.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { cseqNumber, fromTag, toTag } from "../transaction/matching.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { ownContact } from "./composeRequest.ts";

/** The dialog a response to our request makes (RFC 3261 12.1.2). Without a Contact its target is the Request-URI: good enough to end it. */
export function dialogOfResponse(request: SipRequest, response: SipResponse, flow: Flow): Dialog {
    return new Dialog({
        callId: request.headers.get("Call-ID") ?? "",
        localTag: fromTag(request) ?? "",
        remoteTag: toTag(response) ?? "",
        local: request.headers.get("From") ?? "",
        remote: response.headers.get("To") ?? "",
        role: "uac",
        routeSet: routeSetOfUac(response.headers),
        remoteTarget: contactUri(response.headers) ?? request.uri,
        localContact: request.headers.get("Contact") ?? ownContact(flow),
        localCSeq: cseqNumber(request) ?? 1,
        remoteCSeq: undefined,
        flow,
        direct: true,
    });
}

/** The dialog a NOTIFY makes that overtakes the answer to our SUBSCRIBE: as if that had come with its Contact and Record-Route. */
export function dialogOfNotify(subscribe: SipRequest, notify: SipRequest, flow: Flow): Dialog {
    return new Dialog({
        callId: subscribe.headers.get("Call-ID") ?? "",
        localTag: fromTag(subscribe) ?? "",
        remoteTag: fromTag(notify) ?? "",
        local: subscribe.headers.get("From") ?? "",
        remote: notify.headers.get("From") ?? "",
        role: "uac",
        routeSet: routeSetOfUas(notify.headers),
        remoteTarget: contactUri(notify.headers) ?? subscribe.uri,
        localContact: subscribe.headers.get("Contact") ?? ownContact(flow),
        localCSeq: cseqNumber(subscribe) ?? 1,
        remoteCSeq: undefined,
        flow,
        direct: notify.headers.list("Via").length === 1,
    });
}
