import { isIP } from "node:net";
import type {
    HeaderFields,
    IncomingRequest,
    IncomingResponse,
    OutgoingRequest,
    OutgoingResponse,
    SentRequest,
    SipHeaders,
    SipSource,
    SipStack,
} from "../SipStack.ts";

/** One SIP message between the bridge and a peer, as the bridge handed it to the SIP server or received it. */
export interface SipMessage {
    readonly direction: "sent" | "received";
    /** Method of the request, or of the request that a response answers. */
    readonly method: string;
    /** Of responses only. */
    readonly status?: number;
    readonly reason?: string;
    /** Request-URI, of requests only. */
    readonly uri?: string;
    /** Names in lower case. The SIP server adds further headers to what is sent. */
    readonly headers: SipHeaders;
    readonly body: string;
    /** Call-ID header of the transaction. */
    readonly sipCallId: string | undefined;
    /** The other end of the message, if it is known. */
    readonly peer?: SipSource;
}

/** Called for each message. Must not throw. */
export type MessageObserver = (message: SipMessage) => void;

/** The same stack, whose messages are observed. ACK and CANCEL of the bridge are observed too. */
export function observeStack(stack: SipStack, observe: MessageObserver): SipStack {
    return {
        send: async (request, listener) => {
            const sent = await stack.send(request, {
                onResponse: (response) => {
                    observe(responseSeen(request.method, response));
                    listener.onResponse(observedResponse(response, request.method, observe));
                },
                ...(listener.onUpdate !== undefined && {
                    onUpdate: (update: IncomingRequest) => listener.onUpdate?.(observeRequest(update, observe)),
                }),
            });
            observe(requestSent(request, sent));
            return observedRequest(sent, observe);
        },
    };
}

/** The same request, once it was observed; its response will be observed as well. */
export function observeRequest(request: IncomingRequest, observe: MessageObserver): IncomingRequest {
    const { method, uri, headers, body, origin, source: peer } = request;
    const sipCallId = headers.get("call-id");
    if (origin === "network") observe({ direction: "received", method, uri, headers, body, sipCallId, peer });
    return {
        ...request,
        respond: async (response) => {
            const sent = await request.respond(response);
            if (origin === "network") observe(responseSent(request, response));
            return sent;
        },
        onCancel: (listener) => {
            request.onCancel((cancelHeaders) => {
                const cancel = {
                    direction: "received",
                    method: "CANCEL",
                    uri,
                    headers: cancelHeaders,
                    body: "",
                } as const;
                observe({ ...cancel, sipCallId, peer });
                listener(cancelHeaders);
            });
        },
        onUpdate: (listener) => request.onUpdate((update) => listener(observeRequest(update, observe))),
    };
}

function requestSent({ method, nextHop, body = "" }: OutgoingRequest, { uri, headers }: SentRequest): SipMessage {
    const peer = destinationIn(nextHop ?? uri);
    const sent = { direction: "sent", method, uri, headers, body, sipCallId: headers.get("call-id") } as const;
    return peer === undefined ? sent : { ...sent, peer };
}

function responseSeen(method: string, { status, reason, headers, body, peer }: IncomingResponse): SipMessage {
    const seen = { direction: "received", method, status, reason, headers, body } as const;
    const sipCallId = headers.get("call-id");
    return peer === undefined ? { ...seen, sipCallId } : { ...seen, sipCallId, peer };
}

/** Where a request to this URI is sent, if it names an address; a host name is resolved by the SIP server. */
function destinationIn(uri: string): SipSource | undefined {
    const [, host = "", port] = /^<?sips?:(?:[^@>]*@)?(\[[^\]]+\]|[^:;?>]+)(?::([0-9]+))?/i.exec(uri) ?? [];
    const address = host.replace(/^\[|\]$/g, "");
    if (isIP(address) === 0) return undefined;
    const protocol = /;transport=(\w+)/i.exec(uri)?.[1]?.toLowerCase() ?? "udp";
    return { protocol, address, port: Number(port ?? (protocol === "tls" ? 5061 : 5060)) };
}

/** Phrases of the SIP server for responses that the bridge sends without one. */
const PHRASES: Readonly<Record<number, string>> = {
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
};

/** Of the headers that the SIP server adds, those that it copies from the request (RFC 3261, section 8.2.6.2). */
const COPIED = ["via", "from", "to", "call-id", "cseq"] as const;

function responseSent(
    request: IncomingRequest,
    { status, reason, headers = {}, body = "" }: OutgoingResponse,
): SipMessage {
    const { method, source: peer } = request;
    const phrase = reason ?? PHRASES[status];
    const all = new Map([...copiedFrom(request.headers), ...lowerCase(headers)]);
    const sipCallId = request.headers.get("call-id");
    return {
        direction: "sent",
        method,
        status,
        ...(phrase !== undefined && { reason: phrase }),
        headers: all,
        body,
        sipCallId,
        peer,
    };
}

function copiedFrom(headers: SipHeaders): readonly [string, string][] {
    return COPIED.flatMap((name): [string, string][] => {
        const value = headers.get(name);
        return value === undefined ? [] : [[name, value]];
    });
}

/** The headers of an ACK, PRACK or CANCEL, as far as they follow from the message that it belongs to. */
function following(method: string, headers: SipHeaders, own: HeaderFields): SipHeaders {
    const number = Number.parseInt(headers.get("cseq") ?? "", 10);
    const sequence: readonly [string, string][] = Number.isNaN(number) ? [] : [["cseq", `${number} ${method}`]];
    return new Map([...copiedFrom(headers), ...sequence, ...lowerCase(own)]);
}

function observedRequest(sent: SentRequest, observe: MessageObserver): SentRequest {
    const { uri, headers } = sent;
    const peer = destinationIn(uri);
    return {
        ...sent,
        cancel: async (fields) => {
            await sent.cancel(fields);
            const all = following("CANCEL", headers, fields);
            const cancel = { direction: "sent", method: "CANCEL", uri, headers: all, body: "" } as const;
            observe({ ...cancel, sipCallId: headers.get("call-id"), ...(peer !== undefined && { peer }) });
        },
    };
}

function observedResponse(response: IncomingResponse, method: string, observe: MessageObserver): IncomingResponse {
    return {
        ...response,
        acknowledge: async (headers = {}, headerLines = []) => {
            await response.acknowledge(headers, headerLines);
            const acknowledging = method === "INVITE" && response.status < 200 ? "PRACK" : "ACK";
            const sipCallId = response.headers.get("call-id");
            const { peer } = response;
            const uri = /<([^>]+)>/.exec(response.headers.get("contact") ?? "")?.[1];
            observe({
                direction: "sent",
                method: acknowledging,
                ...(uri !== undefined && { uri }),
                headers: following(acknowledging, response.headers, headers),
                body: "",
                sipCallId,
                ...(peer !== undefined && { peer }),
            });
        },
    };
}

function lowerCase(headers: HeaderFields): SipHeaders {
    return new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
