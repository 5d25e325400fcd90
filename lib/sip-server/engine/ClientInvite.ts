import type { Dialog } from "../dialog/Dialog.ts";
import { routeSetOfUac } from "../dialog/routeSet.ts";
import { readAsUac } from "../dialog/sessionTimer.ts";
import { type HeaderField, Headers } from "../sip/Headers.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { InviteClientTransaction } from "../transaction/InviteClientTransaction.ts";
import { toTag } from "../transaction/matching.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { AckSender } from "./AckSender.ts";
import { readAppHeaders } from "./appHeaders.ts";
import { callSeconds } from "./callSeconds.ts";
import type { CallTrace } from "./CallTrace.ts";
import { ClientExchange, type ExchangeOptions, type ExchangeUser } from "./ClientExchange.ts";
import { composeCancel } from "./composeCancel.ts";
import type { RequestDraft } from "./composeRequest.ts";
import type { DialogBook } from "./DialogBook.ts";
import { dialogOfResponse } from "./dialogOfResponse.ts";
import type { DialogRequests } from "./DialogRequests.ts";
import { EarlyLegs } from "./EarlyLegs.ts";
import { type EngineContext, newId } from "./EngineContext.ts";
import { ForkReaper } from "./ForkReaper.ts";
import { LateResponses, ignoredResponses } from "./LateResponses.ts";
import { metaOf } from "./metaOf.ts";
import { ProvisionalResponses } from "./ProvisionalResponses.ts";
import { refuse, type Refused } from "./Refused.ts";
import type { AwaitsAck, PendingClientInvite, Session } from "./Session.ts";
import type { LateListener } from "./ResponseTimeout.ts";
import type { SentRequest } from "./SipEngine.ts";

/** Whether the INVITE is to be cancelled: a CANCEL may not leave before a provisional response came (RFC 3261 9.1). */
type Cancellation =
    { readonly kind: "none" } | { readonly kind: "held"; readonly headers: Headers } | { readonly kind: "sent" };

/** How far the INVITE got. */
type Progress =
    | { readonly kind: "open" }
    | { readonly kind: "accepted"; readonly dialog: Dialog; readonly tag: string }
    | { readonly kind: "over" };

/** What an outgoing INVITE needs around it. */
export interface ClientInviteParts {
    readonly context: EngineContext;
    readonly book: DialogBook;
    readonly requests: DialogRequests;
    readonly trace: CallTrace;
    /** The dialog of a re-INVITE. */
    readonly dialog?: Dialog;
    readonly options?: ExchangeOptions;
    /** Receives the responses: the application, or the engine if it refreshes a session. */
    readonly deliver: (invite: ClientInvite, response: SipResponse, flow: Flow) => void;
    /** Nothing will come any more. */
    readonly onOver: (invite: ClientInvite) => void;
}

/** An INVITE we sent, first of a call or not: early dialogs, the one that is accepted, forks, CANCEL, and the ACK. */
export class ClientInvite implements ExchangeUser, AwaitsAck, PendingClientInvite {
    readonly transactionId = newId();
    readonly #parts: ClientInviteParts;
    readonly #exchange: ClientExchange;
    readonly #legs: EarlyLegs;
    readonly #forks: ForkReaper;
    readonly #ack: AckSender;
    /** Of the peer of a re-INVITE. */
    readonly #answers = new ProvisionalResponses();
    #progress: Progress = { kind: "open" };
    #cancellation: Cancellation = { kind: "none" };
    #application: "there" | "gone" = "there";

    constructor(draft: RequestDraft, parts: ClientInviteParts) {
        this.#parts = parts;
        this.#exchange = new ClientExchange(draft, this, parts.context, parts.options);
        this.#legs = new EarlyLegs(parts.book, parts.trace, this);
        this.#forks = new ForkReaper(parts.context);
        this.#ack = new AckSender(parts.context);
    }

    get exchange(): ClientExchange {
        return this.#exchange;
    }

    /** The request as it left last. */
    get request(): SipRequest | undefined {
        return this.#exchange.departure?.request;
    }

    onResponse(response: SipResponse, flow: Flow): void {
        const request = this.request;
        if (request === undefined) return;
        if (response.status < 200) return this.#onProvisional(request, response, flow);
        if (response.status < 300) return this.#onSuccess(request, response, flow);
        this.#progress = { kind: "over" };
        this.#legs.endAll();
        this.#sessionOfReinvite()?.inviteAnswered(undefined);
        if (this.#parts.dialog === undefined) {
            const cancelled = this.#cancellation.kind !== "none" && response.status === 487;
            const end = cancelled ? "call-canceled" : "call-rejected";
            this.#parts.trace.stop(end, response, metaOf(flow, "network"));
        }
        this.#parts.deliver(this, response, flow);
    }

    onExpired(): void {
        this.cancelQuietly();
    }

    onGivenUp(transaction: InviteClientTransaction): LateListener {
        const late = new LateResponses(transaction, this.#forks, this.#parts.context);
        return (response, flow) => late.onResponse(response, flow);
    }

    onOver(): void {
        const progress = this.#progress;
        this.#legs.endAll();
        this.#ack.forget();
        if (progress.kind === "accepted" && this.#parts.book.sessionOf(progress.dialog)?.awaitsAck === this) {
            this.#parts.book.sessionOf(progress.dialog)?.acknowledged();
            this.#parts.requests.bye(progress.dialog, "ACK timeout", "system-error");
        }
        this.#parts.onOver(this);
    }

    /** Orders a CANCEL: sent now or with the first provisional response. */
    cancel(fields: readonly HeaderField[]): SentRequest | Refused {
        const headers = readAppHeaders(fields, Buffer.alloc(0));
        if ("kind" in headers) return headers;
        const departure = this.#exchange.departure;
        const cancellable = this.#progress.kind === "open" && this.#cancellation.kind === "none";
        if (departure === undefined || !cancellable) return refuse("unknownInvite", this.transactionId);
        this.#exchange.stay();
        this.#cancellation = { kind: "held", headers: headers.rest };
        const { transaction } = this.#exchange;
        if (transaction instanceof InviteClientTransaction && transaction.proceeding) this.#sendCancel();
        const message = composeCancel(departure.request, headers.rest);
        return {
            kind: "sent",
            transactionId: newId(),
            message,
            meta: metaOf(departure.flow, "application"),
        };
    }

    cancelQuietly(): void {
        this.cancel([]);
    }

    /** The application has gone and can neither acknowledge nor end the call: cancels it, or ends it if it was accepted. */
    abandon(): void {
        this.#application = "gone";
        this.cancelQuietly();
        if (this.#progress.kind === "accepted") this.#ackAndEnd(this.#progress.dialog);
    }

    owesPrack(dialog: Dialog): boolean {
        return this.#answersOf(dialog)?.owesPrack === true;
    }

    takeRAck(dialog: Dialog): string | undefined {
        return this.#answersOf(dialog)?.takeRAck(this.request);
    }

    awaitsAnswer(dialog: Dialog): boolean {
        const offers = this.#parts.dialog !== undefined || (this.request?.body.length ?? 0) > 0;
        return offers && this.#answersOf(dialog)?.described !== true;
    }

    /** The application's ACK of the 2xx. */
    async acknowledge(fields: readonly HeaderField[], body: Buffer): Promise<SentRequest | Refused> {
        const { request } = this;
        if (this.#progress.kind !== "accepted" || request === undefined) return refuse("ackIsOurs");
        const headers = readAppHeaders(fields, body);
        if ("kind" in headers) return headers;
        const { dialog } = this.#progress;
        const session = this.#parts.book.sessionOf(dialog);
        const sent = await this.#ack.send(dialog, request, headers.rest, body);
        if (sent === undefined) return refuse("noTransport");
        session?.describe(headers.rest.get("Content-Type"), body);
        session?.acknowledged();
        if (this.#cancellation.kind !== "none" && this.#parts.dialog === undefined) {
            this.#parts.requests.bye(dialog, "ACK-BYE due to cancel race condition", "ackbye");
        }
        const { message, meta } = sent;
        return { kind: "sent", transactionId: this.transactionId, dialogId: dialog.id, message, meta };
    }

    #onProvisional(request: SipRequest, response: SipResponse, flow: Flow): void {
        if (this.#cancellation.kind === "held") this.#sendCancel();
        if (response.status === 100) return;
        if (this.#parts.dialog !== undefined) {
            if (!this.#answers.notice(response)) return;
        } else if (toTag(response) !== undefined && !this.#legs.notice(request, response, flow)) return;
        this.#parts.deliver(this, response, flow);
    }

    #onSuccess(request: SipRequest, response: SipResponse, flow: Flow): void {
        const tag = toTag(response) ?? "";
        if (this.#progress.kind === "accepted") {
            if (this.#progress.tag === tag) this.#ack.repeat();
            else this.#forks.end(request, response, flow);
            return;
        }
        if (this.#progress.kind === "over") {
            return this.#parts.dialog === undefined ? this.#forks.end(request, response, flow) : this.#ack.repeat();
        }
        if (this.#parts.dialog !== undefined)
            return this.#onReinviteAccepted(this.#parts.dialog, request, response, flow);
        const dialog = this.#legs.win(tag) ?? dialogOfResponse(request, response, flow);
        if (dialog.phase === "ended") {
            // The application ended it by BYE while it rang.
            return this.#failInstead(487, "Request Terminated", request, response, flow);
        }
        dialog.phase = "confirmed";
        dialog.routeSet = routeSetOfUac(response.headers);
        this.#accept(dialog, tag, request, response, flow);
        this.#parts.trace.start(response, metaOf(flow, "network"));
        this.#deliverAccepted(dialog, response, flow);
    }

    #onReinviteAccepted(dialog: Dialog, request: SipRequest, response: SipResponse, flow: Flow): void {
        if (dialog.phase === "ended") {
            // A BYE has crossed it: the peer only has to stop repeating.
            this.#progress = { kind: "over" };
            void this.#ack.send(dialog, request, new Headers(), Buffer.alloc(0));
            return this.#parts.deliver(this, response, flow);
        }
        this.#accept(dialog, toTag(response) ?? "", request, response, flow);
        this.#deliverAccepted(dialog, response, flow);
    }

    #accept(dialog: Dialog, tag: string, request: SipRequest, response: SipResponse, flow: Flow): void {
        this.#progress = { kind: "accepted", dialog, tag };
        dialog.refreshTarget(response.headers);
        dialog.noticePeer(response.headers);
        dialog.flow = flow;
        this.#parts.context.transport.rememberSender(flow, callSeconds);
        const session = this.#parts.book.openSession(dialog, this.#parts.trace);
        session.describe(request.headers.get("Content-Type"), request.body);
        session.inviteAnswered(this);
        session.timer.renew(readAsUac(request.headers, response.headers));
    }

    #deliverAccepted(dialog: Dialog, response: SipResponse, flow: Flow): void {
        if (this.#application === "gone") this.#ackAndEnd(dialog);
        else this.#parts.deliver(this, response, flow);
    }

    #ackAndEnd(dialog: Dialog): void {
        void this.acknowledge([], Buffer.alloc(0)).then(() =>
            this.#parts.requests.bye(dialog, "Application gone", "system-initiated"),
        );
    }

    /** A 2xx to a call that cannot be: the peer gets an end, the application a failure, since it waits for something final. */
    #failInstead(status: number, reason: string, request: SipRequest, response: SipResponse, flow: Flow): void {
        this.#forks.end(request, response, flow);
        const failure: SipResponse = { ...response, status, reason, body: Buffer.alloc(0) };
        this.#progress = { kind: "over" };
        this.#legs.endAll();
        this.#parts.trace.stop("call-rejected", failure, metaOf(flow, "network"));
        this.#parts.deliver(this, failure, flow);
    }

    #sendCancel(): void {
        const { transaction, departure } = this.#exchange;
        if (this.#cancellation.kind !== "held" || departure === undefined) return;
        const cancel = composeCancel(departure.request, this.#cancellation.headers);
        this.#cancellation = { kind: "sent" };
        this.#parts.context.transactions.startRequest(cancel, departure.flow, ignoredResponses);
        if (transaction instanceof InviteClientTransaction) transaction.cancelSent();
    }

    #answersOf(dialog: Dialog): ProvisionalResponses | undefined {
        return this.#parts.dialog === undefined ? this.#legs.answersOf(dialog) : this.#answers;
    }

    #sessionOfReinvite(): Session | undefined {
        return this.#parts.dialog === undefined ? undefined : this.#parts.book.sessionOf(this.#parts.dialog);
    }
}
