/** Headers of a message: names in lower case and written out, values of the same name joined by commas. */
export type SipHeaders = ReadonlyMap<string, string>;

/** Headers to send, under the names to be sent. CR, LF and NUL in values become blanks. */
export type HeaderFields = Readonly<Record<string, string>>;

/** A header line of a name that may stand several times but not be joined by commas (RFC 3261, section 7.3.1). */
export type HeaderLine = readonly [name: string, value: string];

/** Where a message came from. */
export interface SipSource {
    /** `udp`, `tcp`, `tls`, `ws` or `wss`. */
    readonly protocol: string;
    /** An IP address, IPv6 without brackets. */
    readonly address: string;
    readonly port: number;
}

/** A request from the network, or one (`origin: "server"`) by which the SIP server tells that it ended a dialog itself. */
export interface IncomingRequest {
    readonly method: string;
    readonly uri: string;
    readonly headers: SipHeaders;
    readonly body: string;
    readonly source: SipSource;
    readonly origin: "network" | "server";
    /** The dialog it belongs to, if any. */
    readonly dialogId?: string;
    /** Names it at the SIP server, also for the next run of the bridge (`InheritedTransactions`). */
    readonly transactionId: string;
    /**
     * Answers it; not for ACK. Resolves once the response is on the wire, with the dialog it stands for, and rejects with
     * a `SipSendError` if it could not be sent: the request was cancelled, or the server is gone. Nothing is sent for a
     * request of origin `server`.
     */
    respond(response: OutgoingResponse): Promise<SentResponse>;
    /**
     * Hooks a CANCEL of this request. To be called before the request's handler returns. The server has answered 487 by
     * then; whatever is responded afterwards fails.
     */
    onCancel(listener: (headers: SipHeaders) => void): void;
    /** Hooks UPDATEs that come before the final response to this INVITE. To be called before the handler returns. */
    onUpdate(listener: (update: IncomingRequest) => void): void;
}

export interface OutgoingResponse {
    readonly status: number;
    /** The standard phrase if left out. */
    readonly reason?: string;
    readonly headers?: HeaderFields;
    readonly headerLines?: readonly HeaderLine[];
    readonly body?: string;
    /** Called if the server confirms the response only after `respond` was rejected with a timeout: it was sent all the same. */
    readonly onLate?: (sent: SentResponse) => void;
}

export interface SentResponse {
    readonly dialogId?: string;
    /** Its To header, with the bridge's tag. */
    readonly to?: string;
}

export interface OutgoingRequest {
    /** CANCEL only for an INVITE of a SIP server that is gone (`cancelByCopy`); the embedded one alone can send it. */
    readonly method: string;
    /** Outside of dialogs: where to. Inside one the server knows. */
    readonly uri?: string;
    /** Sends there instead of to `uri`: a SIP URI. */
    readonly nextHop?: string;
    /**
     * Outside of dialogs: ms until an address that has not responded at all, not even by 100, is left for the next one its
     * name resolves to; after the last, the response is 408. What it responds later ends there. Without it that takes 32 s an
     * address (RFC 3261, timers B and F), as it does with a SIP server that is not ours.
     */
    readonly answerMs?: number;
    readonly dialogId?: string;
    readonly headers: HeaderFields;
    readonly headerLines?: readonly HeaderLine[];
    readonly body?: string;
}

/** A request that is on the wire. */
export interface SentRequest {
    /** As sent, inside a dialog too. */
    readonly uri: string;
    readonly headers: SipHeaders;
    /** Names it at the SIP server, also for the next run of the bridge (`InheritedTransactions`). */
    readonly transactionId: string;
    /**
     * Cancels an INVITE. The server holds the CANCEL until a provisional response came (RFC 3261 9.1); the 487, or the
     * 2xx that crossed it, comes as a response.
     */
    cancel(headers: HeaderFields): Promise<void>;
}

export interface IncomingResponse {
    readonly status: number;
    readonly reason: string;
    readonly headers: SipHeaders;
    readonly body: string;
    /** Where it came from; of a response that the SIP server made itself, not known. */
    readonly peer?: SipSource;
    readonly dialogId?: string;
    /**
     * Sends the ACK of a 2xx to INVITE, or the PRACK of a reliable provisional response. Not for others. The SIP server puts
     * the credentials of the INVITE into the ACK; the response to a PRACK is not reported.
     */
    acknowledge(headers?: HeaderFields, headerLines?: readonly HeaderLine[]): Promise<void>;
}

/** Told what becomes of a request sent, never before the promise of its sending is resolved. Synchronous, must not throw. */
export interface ResponseListener {
    /** Each provisional response but 100, then one final one, made by the server (408, 503) if the peer is silent. */
    onResponse(response: IncomingResponse): void;
    /** An UPDATE of the peer before it answered our INVITE. */
    onUpdate?(update: IncomingRequest): void;
}

/** The SIP server as the bridge sees it: transactions in and out. Requests go to the creator of the stack. */
export interface SipStack {
    /** Resolves once the request is on the wire, before any response is reported; rejects with a `SipSendError`. */
    send(request: OutgoingRequest, listener: ResponseListener): Promise<SentRequest>;
}

/**
 * Transactions of the previous run of the bridge that its SIP server kept. Both methods reject with a `SipSendError` if the
 * server does not have the transaction.
 */
export interface InheritedTransactions {
    /** Responds to a request that the previous run received. */
    respondTo(transactionId: string, response: OutgoingResponse): Promise<void>;
    /** Rejects an INVITE that a SIP server received which is gone (`responseByCopy`); the embedded one alone can do that. */
    respondToLost(response: OutgoingResponse): Promise<void>;
    /** Resolves when everything that the server held for the bridge until now has been handled. Rejects if it is gone. */
    heldDelivered(): Promise<void>;
    /** Cancels an INVITE that the previous run sent. */
    cancelSent(transactionId: string, headers: HeaderFields): Promise<void>;
}

/** Why a message could not be sent. */
export class SipSendError extends Error {
    readonly code: SipSendErrorCode;

    constructor(code: SipSendErrorCode, message: string, options?: ErrorOptions) {
        super(message, options);
        this.name = new.target.name;
        this.code = code;
    }
}

export type SipSendErrorCode =
    /** No connection to the SIP server, or it was lost meanwhile. */
    | "disconnected"
    /** The server did not confirm in time. */
    | "timeout"
    /** The dialog is over. */
    | "noDialog"
    /** Larger than the server takes. */
    | "tooLarge"
    /** The server refused it: no such transport, unknown host, transaction over. */
    | "refused";
