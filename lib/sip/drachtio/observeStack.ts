import type {
    HeaderFields,
    IncomingRequest,
    IncomingResponse,
    OutgoingRequest,
    OutgoingResponse,
    SentRequest,
    SipHeaders,
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
    const { method, uri, headers, body, origin } = request;
    const sipCallId = headers.get("call-id");
    if (origin === "network") observe({ direction: "received", method, uri, headers, body, sipCallId });
    return {
        ...request,
        respond: async (response) => {
            const sent = await request.respond(response);
            if (origin === "network") observe(responseSent(method, response, sipCallId));
            return sent;
        },
        onCancel: (listener) => {
            request.onCancel((cancelHeaders) => {
                observe({ direction: "received", method: "CANCEL", headers: cancelHeaders, body: "", sipCallId });
                listener(cancelHeaders);
            });
        },
        onUpdate: (listener) => request.onUpdate((update) => listener(observeRequest(update, observe))),
    };
}

function requestSent({ method, body = "" }: OutgoingRequest, { uri, headers }: SentRequest): SipMessage {
    return { direction: "sent", method, uri, headers, body, sipCallId: headers.get("call-id") };
}

function responseSeen(method: string, { status, reason, headers, body }: IncomingResponse): SipMessage {
    return { direction: "received", method, status, reason, headers, body, sipCallId: headers.get("call-id") };
}

function responseSent(method: string, response: OutgoingResponse, sipCallId: string | undefined): SipMessage {
    const { status, reason, headers = {}, body = "" } = response;
    const seen = { direction: "sent", method, status, headers: lowerCase(headers), body, sipCallId } as const;
    return reason === undefined ? seen : { ...seen, reason };
}

function observedRequest(sent: SentRequest, observe: MessageObserver): SentRequest {
    const { uri, headers } = sent;
    return {
        uri,
        headers,
        cancel: async (fields) => {
            await sent.cancel(fields);
            const cancel = { direction: "sent", method: "CANCEL", uri, headers: lowerCase(fields), body: "" } as const;
            observe({ ...cancel, sipCallId: headers.get("call-id") });
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
            observe({ direction: "sent", method: acknowledging, headers: lowerCase(headers), body: "", sipCallId });
        },
    };
}

function lowerCase(headers: HeaderFields): SipHeaders {
    return new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
