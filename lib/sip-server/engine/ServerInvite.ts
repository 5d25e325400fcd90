import type { Dialog } from "../dialog/Dialog.ts";
import { Repetition } from "../dialog/Repetition.ts";
import { Headers } from "../sip/Headers.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { composeResponse } from "../transaction/composeResponse.ts";
import type { InviteServerTransaction, InviteServerUser } from "../transaction/InviteServerTransaction.ts";
import { cseqNumber } from "../transaction/matching.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { agreeOnTimer } from "./agreeOnTimer.ts";
import { type AppHeaders, readAppHeaders } from "./appHeaders.ts";
import type { CallEnd } from "./CallRecord.ts";
import type { CallTrace } from "./CallTrace.ts";
import { composeCancel } from "./composeCancel.ts";
import { composeAppResponse } from "./composeAppResponse.ts";
import { ownContact, tagIn } from "./composeRequest.ts";
import type { DialogBook } from "./DialogBook.ts";
import { dialogOfRequest } from "./dialogOfRequest.ts";
import type { DialogRequests } from "./DialogRequests.ts";
import { type EngineContext, newId, newTag } from "./EngineContext.ts";
import { callSeconds } from "./callSeconds.ts";
import { metaOf } from "./metaOf.ts";
import { refuse, type Refused } from "./Refused.ts";
import { ReliableProvisionals, supports100rel, requestsReliable } from "./ReliableProvisionals.ts";
import type { PendingServerInvite, Session } from "./Session.ts";
import type { OutgoingResponse, SentResponse } from "./SipEngine.ts";

/** How far the answer got. */
type Progress =
    | { readonly kind: "open" }
    /** The application's 2xx waits for a PRACK. */
    | { readonly kind: "held"; readonly send: () => void; readonly drop: () => void }
    /** The 2xx is repeated until its ACK, for which others wait too. */
    | {
          readonly kind: "answered";
          readonly repetition: Repetition;
          readonly session: Session;
          readonly waiting: (() => void)[];
      }
    | { readonly kind: "over" };

/** What an INVITE of the peer needs around it. */
export interface ServerInviteParts {
    readonly context: EngineContext;
    readonly book: DialogBook;
    readonly requests: DialogRequests;
    readonly transaction: InviteServerTransaction;
    readonly trace: CallTrace;
    /** The dialog of a re-INVITE. */
    readonly dialog?: Dialog;
    /** The application can answer no more. */
    readonly onSettled: (invite: ServerInvite) => void;
}

/** An INVITE we received, first of a call or not: provisional responses, 2xx until its ACK, CANCEL. */
export class ServerInvite implements InviteServerUser, PendingServerInvite {
    readonly transactionId = newId();
    readonly #parts: ServerInviteParts;
    readonly #reliables: ReliableProvisionals;
    #progress: Progress = { kind: "open" };
    #toTag: string | undefined;
    #dialog: Dialog | undefined;
    /** We have described our media in some response. */
    #described = false;

    constructor(parts: ServerInviteParts) {
        this.#parts = parts;
        this.#dialog = parts.dialog;
        this.#toTag = parts.dialog?.localTag;
        this.#reliables = new ReliableProvisionals(parts.context, parts.transaction.request, {
            send: (response) => parts.transaction.respond(response),
            onUnacknowledged: () => this.giveUp(504),
        });
        parts.transaction.serve(this);
    }

    get request(): SipRequest {
        return this.#parts.transaction.request;
    }

    get dialog(): Dialog | undefined {
        return this.#dialog;
    }

    get answered(): boolean {
        return this.#progress.kind === "answered" || this.#progress.kind === "over";
    }

    get awaitsFirstAck(): boolean {
        return this.#progress.kind === "answered" && this.#parts.dialog === undefined;
    }

    get openOffer(): "ours" | "theirs" | undefined {
        if (this.request.body.length > 0) return this.#described ? undefined : "theirs";
        const acknowledged = !this.#reliables.busy && this.#progress.kind !== "answered";
        return this.#described && !acknowledged ? "ours" : undefined;
    }

    onceAcknowledged(go: () => void): void {
        if (this.#progress.kind === "answered") this.#progress.waiting.push(go);
        else go();
    }

    get localTag(): string {
        this.#toTag ??= newTag();
        return this.#toTag;
    }

    /** An answer of the application. */
    respond(order: OutgoingResponse): Promise<SentResponse | Refused> {
        const headers = readAppHeaders(order.headers, order.body);
        if ("kind" in headers) return Promise.resolve(headers);
        if (this.#progress.kind !== "open") return Promise.resolve(refuse("alreadyAnswered"));
        this.#toTag ??= tagIn(headers.to) ?? newTag();
        const response = this.#compose(order, headers);
        if (order.status >= 300) return Promise.resolve(this.#sendRefusal(response));
        if (order.status === 100) return Promise.resolve(this.#sendProvisional(response));
        const reliable = order.status < 200 && requestsReliable(response);
        if (reliable && !supports100rel(this.request)) return Promise.resolve(refuse("no100rel"));
        this.#describe(this.#openDialog(response), response);
        if (order.status >= 200) return this.#sendOrHold(response);
        if (!reliable) return Promise.resolve(this.#sendProvisional(response));
        return new Promise((resolve) => {
            const done = (sent: boolean): void => resolve(sent ? this.#sent(response) : refuse("alreadyAnswered"));
            this.#reliables.send(response, done);
        });
    }

    /** The engine's own refusal, if the application has not answered. */
    refuse(status: number, end: CallEnd = "call-rejected"): void {
        if (this.#progress.kind === "answered" || this.#progress.kind === "over") return;
        this.#sendRefusal(composeResponse(this.request, { status, toTag: this.localTag }), end);
    }

    giveUp(status: number, end: CallEnd = "call-rejected", because = new Headers()): void {
        if (this.answered) return;
        this.refuse(status, end);
        const { context, transaction } = this.#parts;
        const message = composeCancel(this.request, because);
        const meta = metaOf(transaction.flow, "network");
        context.listener.onCancel({ transactionId: this.transactionId, message, meta });
    }

    terminate(): void {
        if (this.#progress.kind === "answered") return this.#stopRepeating();
        if (this.#progress.kind === "over") return;
        this.refuse(487, "call-canceled");
        this.#parts.context.listener.onUnanswered(this.transactionId);
    }

    /** True if the PRACK is for this INVITE. */
    acknowledgeProvisional(prack: SipRequest): boolean {
        return this.#reliables.acknowledge(prack);
    }

    prackAnswered(): void {
        this.#reliables.prackAnswered();
        if (this.#progress.kind === "held" && !this.#reliables.busy) this.#progress.send();
    }

    onAck(ack: SipRequest, flow: Flow): void {
        if (this.#progress.kind !== "answered" || cseqNumber(ack) !== cseqNumber(this.request)) return;
        const { session } = this.#progress;
        this.#stopRepeating();
        this.#parts.transaction.acknowledged();
        const { transactionId } = this;
        const meta = metaOf(flow, "network");
        this.#parts.context.listener.onRequest({ transactionId, dialogId: session.dialog.id, message: ack, meta });
    }

    onSilent(): void {
        this.giveUp(480);
    }

    onOver(): void {
        this.#reliables.drop();
    }

    #compose(order: OutgoingResponse, headers: AppHeaders): SipResponse {
        const { flow } = this.#parts.transaction;
        const forms = order.status > 100 && order.status < 300;
        return composeAppResponse(this.request, order, headers, {
            toTag: this.localTag,
            flow,
            contact: forms ? (this.#dialog?.localContact ?? ownContact(flow, isSecure(this.request))) : undefined,
            makesDialog: forms && this.#parts.dialog === undefined,
        });
    }

    #openDialog(response: SipResponse): Dialog {
        if (this.#dialog !== undefined) {
            this.#dialog.localContact = response.headers.get("Contact") ?? this.#dialog.localContact;
            return this.#dialog;
        }
        this.#dialog = dialogOfRequest(this.request, response, this.#parts.transaction.flow);
        this.#parts.book.openSession(this.#dialog, this.#parts.trace).serverInvite = this;
        return this.#dialog;
    }

    /** What we say of our media while a new call rings holds for the call, should the 2xx say nothing of it. */
    #describe(dialog: Dialog, { headers, body }: SipResponse): void {
        if (body.length === 0) return;
        this.#described = true;
        if (this.#parts.dialog !== undefined) return;
        this.#parts.book.sessionOf(dialog)?.describe(headers.get("Content-Type"), body);
    }

    #sendProvisional(response: SipResponse): SentResponse {
        this.#parts.transaction.respond(response);
        return this.#sent(response);
    }

    /** A 2xx may not overtake the PRACKs (RFC 3262 3), and its answers neither: applications take a PRACK then for a foreign request. */
    #sendOrHold(response: SipResponse): Promise<SentResponse | Refused> {
        if (!this.#reliables.busy) return Promise.resolve(this.#sendSuccess(response));
        return new Promise((resolve) => {
            const send = (): void => resolve(this.#sendSuccess(response));
            const drop = (): void => resolve(refuse("alreadyAnswered"));
            this.#progress = { kind: "held", send, drop };
        });
    }

    #sendSuccess(response: SipResponse): SentResponse | Refused {
        const dialog = this.#dialog;
        if (dialog === undefined || dialog.phase === "ended") return refuse("alreadyAnswered");
        const { book, trace, context, transaction } = this.#parts;
        const session = book.openSession(dialog, trace);
        context.transport.rememberSender(transaction.flow, callSeconds);
        const first = dialog.phase === "early";
        dialog.phase = "confirmed";
        session.timer.renew(agreeOnTimer(this.request, response, context.options.sessionTimer));
        session.describe(response.headers.get("Content-Type"), response.body);
        const repeat = (): void => {
            context.counters.retransmissionsSent += 1;
            transaction.respond(response);
        };
        const repetition = new Repetition(context.clock, context.timing, context.timing.t2, repeat, () =>
            this.#onAckTimeout(session),
        );
        this.#progress = { kind: "answered", repetition, session, waiting: [] };
        session.serverInvite = this;
        transaction.respond(response);
        if (first) trace.start(response, metaOf(transaction.flow, "application"));
        this.#parts.onSettled(this);
        return this.#sent(response);
    }

    #sendRefusal(response: SipResponse, end: CallEnd = "call-rejected"): SentResponse {
        if (this.#progress.kind === "held") this.#progress.drop();
        this.#progress = { kind: "over" };
        this.#reliables.drop();
        const { transaction, trace, book } = this.#parts;
        transaction.respond(response);
        if (this.#parts.dialog === undefined) {
            trace.stop(end, response, metaOf(transaction.flow, "application"));
            if (this.#dialog !== undefined) book.closeSession(this.#dialog);
        } else {
            const session = book.sessionOf(this.#parts.dialog);
            if (session?.serverInvite === this) session.serverInvite = undefined;
        }
        this.#parts.onSettled(this);
        return this.#sent(response);
    }

    #onAckTimeout(session: Session): void {
        this.#stopRepeating();
        this.#parts.requests.bye(session.dialog, "ACK timeout", "system-error");
    }

    #stopRepeating(): void {
        if (this.#progress.kind !== "answered") return;
        const { repetition, session, waiting } = this.#progress;
        repetition.stop();
        this.#progress = { kind: "over" };
        if (session.serverInvite === this) session.serverInvite = undefined;
        for (const go of waiting) go();
    }

    #sent(response: SipResponse): SentResponse {
        const alive = this.#dialog !== undefined && this.#dialog.phase !== "ended";
        return {
            kind: "sent",
            transactionId: this.transactionId,
            ...(alive && this.#dialog !== undefined ? { dialogId: this.#dialog.id } : {}),
            message: response,
            meta: metaOf(this.#parts.transaction.flow, "application"),
        };
    }
}

function isSecure(request: SipRequest): boolean {
    return request.uri.toLowerCase().startsWith("sips:");
}
