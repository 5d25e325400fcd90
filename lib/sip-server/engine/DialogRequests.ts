import type { Dialog } from "../dialog/Dialog.ts";
import { readAsUac } from "../dialog/sessionTimer.ts";
import { type HeaderField, Headers } from "../sip/Headers.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { type AppHeaders, readAppHeaders } from "./appHeaders.ts";
import type { CallEnd } from "./CallRecord.ts";
import { ClientExchange } from "./ClientExchange.ts";
import type { DialogBook } from "./DialogBook.ts";
import { draftInDialog } from "./draftInDialog.ts";
import { type EngineContext, newId } from "./EngineContext.ts";
import { hopOf } from "./hopOf.ts";
import { metaOf } from "./metaOf.ts";
import { refuse, type Refused } from "./Refused.ts";
import type { Session } from "./Session.ts";
import type { SentRequest, UnsolicitedByeReason } from "./SipEngine.ts";
import { opensSubscription, subscriptionEnds, subscriptionKey, subscriptionSeconds } from "./subscription.ts";

/** A request in a dialog, other than INVITE and ACK. */
export interface DialogOrder {
    readonly method: string;
    readonly headers: readonly HeaderField[];
    readonly body: Buffer;
}

/** Sends requests in dialogs, the application's and the engine's own, and draws what follows from the answers. */
export class DialogRequests {
    readonly #context: EngineContext;
    readonly #book: DialogBook;

    constructor(context: EngineContext, book: DialogBook) {
        this.#context = context;
        this.#book = book;
    }

    /** Carries out an order from the application, which gets the responses. */
    send(dialog: Dialog, order: DialogOrder): Promise<SentRequest | Refused> {
        const headers = readAppHeaders(order.headers, order.body);
        if ("kind" in headers) return Promise.resolve(headers);
        const session = this.#book.sessionOf(dialog);
        if (order.method === "PRACK") {
            const rack = session?.latestInvite?.takeRAck(dialog);
            if (rack === undefined) return Promise.resolve(refuse("unknownDialog"));
            headers.rest.set("RAck", rack);
        }
        const transactionId = newId();
        const deliver = (response: SipResponse, flow: Flow): void => {
            const alive = dialog.phase !== "ended";
            this.#context.listener.onResponse({
                transactionId,
                ...(alive ? { dialogId: dialog.id } : {}),
                message: response,
                meta: metaOf(flow, "network"),
            });
        };
        return this.#carry(dialog, order, headers, transactionId, deliver);
    }

    /** Ends a call by a BYE from the engine, and notifies the application. Does nothing if it is ending already. */
    bye(dialog: Dialog, reason: UnsolicitedByeReason, end: CallEnd): void {
        const session = this.#book.sessionOf(dialog);
        if (session === undefined || session.phase === "ending") return;
        const rest = new Headers([["Reason", `SIP ;cause=200 ;text="${reason}"`]]);
        const order: DialogOrder = { method: "BYE", headers: [], body: Buffer.alloc(0) };
        const headers = { contacts: [], rest };
        void this.#carry(dialog, order, headers, newId(), () => undefined).then((sent) => {
            if (sent.kind === "sent") {
                session.trace.stop(end, sent.message, sent.meta);
                const { message, meta } = sent;
                this.#context.listener.onUnsolicitedBye({ dialogId: dialog.id, message, meta, reason });
            }
            this.#book.closeSession(dialog);
        });
    }

    /** Sends a session refresh of our own; the application is not notified (RFC 4028 7.4). Resolves with the final response, undefined if it could not leave. */
    refresh(dialog: Dialog, headers: Headers): Promise<SipResponse | undefined> {
        const order: DialogOrder = { method: "UPDATE", headers: [], body: Buffer.alloc(0) };
        return new Promise((resolve) => {
            const deliver = (response: SipResponse): void => {
                if (response.status >= 200) resolve(response);
            };
            void this.#carry(dialog, order, { contacts: [], rest: headers }, newId(), deliver).then((sent) => {
                if (sent.kind === "refused") resolve(undefined);
            });
        });
    }

    #carry(
        dialog: Dialog,
        order: DialogOrder,
        headers: Pick<AppHeaders, "contacts" | "rest">,
        transactionId: string,
        deliver: (response: SipResponse, flow: Flow) => void,
    ): Promise<SentRequest | Refused> {
        const session = this.#book.sessionOf(dialog);
        if (session !== undefined) begin(order, session);
        const dispatch = (): Promise<SentRequest | Refused> =>
            this.#dispatch(dialog, order, headers, transactionId, deliver);
        const invite = session?.serverInvite;
        if (order.method !== "BYE" || invite?.awaitsFirstAck !== true) return dispatch();
        // Who was called may not say BYE before the ACK came, or is known never to come (RFC 3261 15).
        return new Promise<void>((resolve) => invite.onceAcknowledged(resolve)).then(() =>
            dialog.phase === "ended" ? refuse("unknownDialog") : dispatch(),
        );
    }

    #dispatch(
        dialog: Dialog,
        order: DialogOrder,
        headers: Pick<AppHeaders, "contacts" | "rest">,
        transactionId: string,
        deliver: (response: SipResponse, flow: Flow) => void,
    ): Promise<SentRequest | Refused> {
        const session = this.#book.sessionOf(dialog);
        return dialog.inOrder(async () => {
            const draft = draftInDialog(dialog, order, headers, dialog.nextCSeq());
            const user = {
                onResponse: (response: SipResponse, flow: Flow): void => {
                    if (response.status === 100) return;
                    const request = exchange.departure?.request;
                    if (response.status >= 200 && request !== undefined)
                        this.#conclude(dialog, request, response, flow);
                    deliver(response, flow);
                },
                onExpired: () => undefined,
                onOver: () => undefined,
            };
            const exchange = new ClientExchange(draft, user, this.#context);
            const departure = await exchange.start(hopOf(dialog, this.#context));
            if (departure.kind === "refused") {
                if (session !== undefined && order.method === "UPDATE") session.updatePending = "none";
                return departure;
            }
            const { request, flow } = departure;
            if (draft.contacts !== "own" && draft.contacts[0] !== undefined) {
                dialog.localContact = request.headers.get("Contact") ?? dialog.localContact;
            }
            const meta = metaOf(flow, "application");
            return { kind: "sent", transactionId, dialogId: dialog.id, message: request, meta };
        });
    }

    /** What a final response means for the dialog. */
    #conclude(dialog: Dialog, request: SipRequest, response: SipResponse, flow: Flow): void {
        const session = this.#book.sessionOf(dialog);
        const success = response.status < 300;
        switch (request.method) {
            case "BYE":
                return this.#concludeBye(session, request, response, flow);
            case "UPDATE":
                if (session === undefined) return;
                session.updatePending = "none";
                if (!success) return;
                session.describe(request.headers.get("Content-Type"), request.body);
                dialog.refreshTarget(response.headers);
                if (readAsUac(request.headers, response.headers) !== undefined) {
                    session.timer.renew(readAsUac(request.headers, response.headers));
                }
                return;
            case "PRACK":
                if (success) session?.describe(request.headers.get("Content-Type"), request.body);
                return;
            case "NOTIFY":
                if (subscriptionEnds(request.headers) || response.status === 481) {
                    this.#book.closeSubscription(dialog, subscriptionKey(request));
                }
                return;
            case "SUBSCRIBE":
            case "REFER":
                if (success && opensSubscription(response))
                    this.#book.openSubscription(
                        dialog,
                        subscriptionKey(request),
                        subscriptionSeconds(response, request),
                    );
                if (success) dialog.refreshTarget(response.headers);
                return;
            default:
                return;
        }
    }

    /** A challenge leaves the call standing for a retry; whatever else is said to a BYE, the call is over (15.1.1). */
    #concludeBye(session: Session | undefined, request: SipRequest, response: SipResponse, flow: Flow): void {
        if (session === undefined) return;
        if (response.status === 401 || response.status === 407) {
            const timeout = 64 * this.#context.options.timing.t1;
            this.#context.clock.setTimer(timeout, () => this.#closeCall(session, request, flow));
            return;
        }
        this.#closeCall(session, request, flow);
    }

    #closeCall(session: Session, bye: SipRequest, flow: Flow): void {
        session.trace.stop("normal-release", bye, metaOf(flow, "application"));
        this.#book.closeSession(session.dialog);
    }
}

/** What ordering that request means before it is answered: a BYE ends all INVITEs under way but the one whose ACK it waits for. */
function begin(order: DialogOrder, session: Session): void {
    if (order.method === "UPDATE") session.updatePending = order.body.length > 0 ? "offer" : "bare";
    if (order.method !== "BYE") return;
    session.beginToEnd();
    if (session.serverInvite?.awaitsFirstAck === false) session.serverInvite.terminate();
    session.clientInvite?.cancelQuietly();
}
