import type { HeaderField } from "../sip/Headers.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import type { CallRecord } from "./CallRecord.ts";
import type { EngineLoad } from "./EngineLoad.ts";
import type { MessageMeta } from "./MessageMeta.ts";
import type { Refused } from "./Refused.ts";

/** A request the network sent us, other than CANCEL and the ACK of a refusal. */
export interface IncomingRequest {
    /** Names the transaction in {@link SipEngine.respond}. For an ACK, which takes no answer, it is that of its INVITE. */
    readonly transactionId: string;
    /** Present if the request belongs to a dialog. */
    readonly dialogId?: string;
    readonly message: SipRequest;
    readonly meta: MessageMeta;
}

/** A response to a request the application sent. 100s are not passed on, nor is the answer to a CANCEL. */
export interface IncomingResponse {
    readonly transactionId: string;
    /** Present once a dialog (early ones count) stands behind the response. */
    readonly dialogId?: string;
    readonly message: SipResponse;
    readonly meta: MessageMeta;
}

/**
 * A CANCEL that beat the final answer: the engine has answered it 200, and the INVITE 487, before it calls this. Also made up,
 * for an INVITE that is over for another reason: BYE of the caller, no PRACK (504), no answer for too long (480).
 */
export interface IncomingCancel {
    /** Of the INVITE that is over. Answering it now is refused with `unknownTransaction`. */
    readonly transactionId: string;
    readonly message: SipRequest;
    readonly meta: MessageMeta;
}

/** A BYE the engine sent on its own, for a reason (in the message's Reason header) that ended the dialog. */
export interface UnsolicitedBye {
    readonly dialogId: string;
    readonly message: SipRequest;
    readonly meta: MessageMeta;
    readonly reason: UnsolicitedByeReason;
}

/** The texts of the Reason header, which applications compare. */
export type UnsolicitedByeReason =
    | "ACK timeout"
    | "Session timer expired"
    | "ACK-BYE due to cancel race condition"
    | "CANCEL after 200 OK"
    | "Application gone"
    | "Server stopping";

/**
 * Gets the events of the engine. Called synchronously, one event at a time, in the order the network made them true,
 * and, but for call records, never from inside a call of {@link SipEngine}: a response is always delivered in a later turn than
 * the promise of its request resolved. Must not throw; may call the engine.
 */
export interface EngineListener {
    /**
     * A new request. True: the listener will call {@link SipEngine.respond} (not for ACK). False: no application handles it, and the engine
     * responds by itself: 200 to a BYE, 405 with Allow to methods no application has to handle, otherwise 503 (480 inside dialogs).
     */
    onRequest(request: IncomingRequest): boolean;
    onResponse(response: IncomingResponse): void;
    onCancel(cancel: IncomingCancel): void;
    onUnsolicitedBye(bye: UnsolicitedBye): void;
    /** No response to this request came in time, or its dialog has ended meanwhile, and the engine has given it up. Responding now is refused with `unknownTransaction`. */
    onUnanswered(transactionId: string): void;
    /**
     * A NOTIFY has made a dialog, before or in addition to the response to our request: reported before the NOTIFY. The
     * transaction is that of our request.
     */
    onDialogMade(dialogId: string, transactionId: string): void;
    /** A dialog has ended, on either side: reported once for each dialog whose id was reported before, after the message that ended it. */
    onDialogEnded(dialogId: string): void;
    onCallRecord(record: CallRecord): void;
    /** The connection of an own registration is closed: the registrar has probably forgotten it. */
    onConnectionLost(lost: LostConnection): void;
}

/**
 * A request as the application orders it. The engine completes it: Via, Max-Forwards (70), Call-ID, CSeq, tags, missing
 * From and To, Contact where a dialog needs one, Route and target of the dialog, Content-Length, Content-Type of SDP,
 * and replaces the host `localhost` in From, To, Contact and P-Asserted-Identity by the address of the chosen transport.
 * Outside of dialogs given Call-ID, CSeq and From tag are kept (a digest retry needs them). Via, Route, Record-Route,
 * RSeq, RAck and Content-Length of the application are dropped.
 */
export interface OutgoingRequest {
    /** Not CANCEL, which has {@link SipEngine.cancel}. ACK is only for the 2xx of the dialog's INVITE; PRACK needs a dialog too. */
    readonly method: string;
    /** Where to, outside of dialogs. Inside one the dialog's remote target is used, whatever stands here. */
    readonly uri: string;
    readonly headers: readonly HeaderField[];
    readonly body: Buffer;
    /** Sends there instead of to the Request-URI, without a Route header: a SIP URI. Ignored inside dialogs. */
    readonly nextHop?: string;
    /**
     * Ms an address may leave the request without any response, a 100 included, before the next one is tried and, after
     * the last one, 408 is reported: instead of the 64*T1 of RFC 3261. Ignored inside dialogs.
     */
    readonly responseTimeoutMs?: number;
    /** Path of the WebSocket server that is connected to, `/` by default. Ignored inside dialogs, which use the known one. */
    readonly webSocketPath?: string;
    readonly dialogId?: string;
}

/** A response as the application orders it. Via, From, To, Call-ID, CSeq, Record-Route, RSeq and Content-Length are the engine's; a tag given in To becomes the local tag if it is the transaction's first response. */
export interface OutgoingResponse {
    readonly status: number;
    /** The standard phrase if left out. */
    readonly reason?: string;
    /** `Require: 100rel` on a 101-199 to INVITE sends it reliably (RFC 3262). */
    readonly headers: readonly HeaderField[];
    readonly body: Buffer;
}

/** What names an INVITE of a server that is gone, in addition to From, To, Call-ID, CSeq and Route. */
export interface OfLostServer {
    /** Its Via headers: as sent, or as received with what the server added to the top one. */
    readonly via: readonly string[];
}

/** The connection of a registration, named by the Call-ID of its REGISTER. */
export interface LostConnection {
    readonly callId: string;
    readonly meta: MessageMeta;
}

/** A request without a final response, for an application that comes back and has forgotten it. */
export interface PendingRequest {
    readonly id: string;
    readonly direction: "inbound" | "outbound";
    readonly method: string;
    readonly callId: string;
}

/** The request is on its way. */
export interface SentRequest {
    readonly kind: "sent";
    readonly transactionId: string;
    /** The dialog it was sent in, or is about to create. */
    readonly dialogId?: string;
    readonly message: SipRequest;
    readonly meta: MessageMeta;
}

/** The response is on its way. One that has to wait for a PRACK is reported as sent after it was sent. */
export interface SentResponse {
    readonly kind: "sent";
    readonly transactionId: string;
    readonly dialogId?: string;
    readonly message: SipResponse;
    readonly meta: MessageMeta;
}

/**
 * The SIP user agent core: transactions, dialogs, their timers and races. It does not depend on who controls it. One listener
 * for its whole life. Nothing here throws or rejects for anything a peer or the application does: refusals are values.
 * Dialogs are named `<Call-ID>;from-tag=<tag of the From header of the request that made them>`.
 */
export interface SipEngine {
    /**
     * Sends a request. Resolves once the message left (after DNS and connection set-up), before any response to it is
     * reported. Later failure of the transport, and silence, are reported as responses 503 and 408. Requests of one dialog leave
     * in the order of the calls.
     */
    send(request: OutgoingRequest): Promise<SentRequest | Refused>;

    /**
     * Cancels an INVITE sent before. The CANCEL is held until a provisional response arrives, so the promise resolves as
     * if it were sent. The 487 to the INVITE is reported as its response; if a 2xx crosses, that is reported, and once the application
     * has sent its ACK the engine ends the dialog by BYE. `headers`: only Reason and extensions are taken.
     */
    cancel(transactionId: string, headers: readonly HeaderField[]): Promise<SentRequest | Refused>;

    /** Responds to a request delivered by {@link EngineListener.onRequest}. At most one final response; provisional ones before it. */
    respond(transactionId: string, response: OutgoingResponse): Promise<SentResponse | Refused>;

    /**
     * Cancels an INVITE without a final response that another server sent, which is gone. The request is the CANCEL, with the
     * headers and the next hop of the INVITE. No response is reported: a 2xx is met by ACK and BYE.
     */
    cancelLost(request: OutgoingRequest & OfLostServer): Promise<SentRequest | Refused>;

    /**
     * Rejects an INVITE without a final response that another server received, which is gone. From, To (with the tag of earlier
     * responses), Call-ID and CSeq are those of the INVITE here.
     */
    respondLost(response: OutgoingResponse & OfLostServer): Promise<SentResponse | Refused>;

    /** The request of that transaction, if it waits for a response of an application (inbound), or is an INVITE we sent (outbound). */
    pendingRequest(transactionId: string): PendingRequest | undefined;
    /** Whether the dialog is one of a call that was answered, or of a subscription. False for an unknown one. */
    isConfirmed(dialogId: string): boolean;
    /** The application behind a request or INVITE is gone: an unanswered INVITE gets 480, an unanswered outbound call is cancelled. Unknown ids are fine. */
    abandonTransaction(transactionId: string): void;

    /** The application behind a dialog is gone: ends it by BYE. Unknown ids are fine. */
    abandonDialog(dialogId: string): void;

    /** What the engine holds at the moment, and what it counted so far. */
    load(): EngineLoad;

    /**
     * Stops: new requests get 503, unanswered INVITEs 480, outbound calls are cancelled, dialogs ended by BYE. Resolves when
     * all transactions are over or after `graceMs`, with no timer left. The transports stay open: they are the caller's.
     */
    close(graceMs: number): Promise<void>;
}
