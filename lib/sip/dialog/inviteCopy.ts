import type { InviteCopy, SentInviteCopy } from "../../ports/LegRecord.ts";
import { splitValues } from "../sipHeaders.ts";
import type {
    HeaderFields,
    IncomingRequest,
    IncomingResponse,
    OutgoingRequest,
    OutgoingResponse,
    SentRequest,
    SipHeaders,
    SipSource,
} from "../SipStack.ts";
import { copyOfCaller } from "./dialogCopy.ts";

/** An INVITE that the bridge sent. @param provisional the last response to it, if any @param nextHop as of the request. Pure. */
export function copyOfSent(
    { uri, headers }: Pick<SentRequest, "uri" | "headers">,
    nextHop: string | undefined,
    provisional?: Pick<IncomingResponse, "headers" | "peer">,
): SentInviteCopy {
    const early =
        provisional !== undefined && hasTag(provisional.headers)
            ? copyOfCaller({ headers }, provisional.headers)
            : undefined;
    return {
        ...copyOf(headers),
        // the server may have tried several addresses, each by a branch of its own
        via: provisional?.headers.get("via") ?? headers.get("via") ?? "",
        uri,
        nextHop: uriOf(provisional?.peer) ?? nextHop ?? uri,
        route: splitValues(headers.get("route") ?? ""),
        ...(early !== undefined && { early }),
    };
}

/** An INVITE that the bridge received. @param to the To header of the bridge's responses, if it has responded. Pure. */
export function copyOfReceived({ headers }: Pick<IncomingRequest, "headers">, to: string | undefined): InviteCopy {
    const copy = copyOf(headers);
    return to === undefined ? copy : { ...copy, to };
}

/** The CANCEL of an INVITE by another SIP server than the one that sent it. Pure. */
export function cancelByCopy(copy: SentInviteCopy, headers: HeaderFields): OutgoingRequest {
    return {
        method: "CANCEL",
        uri: copy.uri,
        nextHop: copy.nextHop,
        headers: { ...headers, ...namesOf(copy, "CANCEL") },
        headerLines: copy.route.map((route) => ["Route", route] as const),
    };
}

/** A response to an INVITE by another SIP server than the one that received it. Pure. */
export function responseByCopy(copy: InviteCopy, response: OutgoingResponse): OutgoingResponse {
    return { ...response, headers: { ...response.headers, ...namesOf(copy, "INVITE") } };
}

function copyOf(headers: SipHeaders): InviteCopy {
    return {
        via: headers.get("via") ?? "",
        // eslint-disable-next-line no-restricted-syntax -- names the transaction, not a person
        from: headers.get("from") ?? "",
        to: headers.get("to") ?? "",
        callId: headers.get("call-id") ?? "",
        cseq: Number.parseInt(headers.get("cseq") ?? "", 10) || 0,
    };
}

function namesOf({ via, from, to, callId, cseq }: InviteCopy, method: string): HeaderFields {
    return { Via: via, From: from, To: to, "Call-ID": callId, CSeq: `${cseq} ${method}` };
}

function hasTag(headers: SipHeaders): boolean {
    return /;\s*tag\s*=/i.test(headers.get("to") ?? "");
}

function uriOf(peer: SipSource | undefined): string | undefined {
    if (peer === undefined) return undefined;
    const host = peer.address.includes(":") ? `[${peer.address}]` : peer.address;
    return `sip:${host}:${peer.port};transport=${peer.protocol}`;
}
