import type { Dialog } from "../dialog/Dialog.ts";
import { intervalTooSmall } from "../dialog/sessionTimer.ts";
import { contactUri } from "../dialog/routeSet.ts";
import type { SipRequest } from "../sip/SipMessage.ts";
import { composeResponse, type ResponseContent } from "../transaction/composeResponse.ts";
import type { InviteServerTransaction } from "../transaction/InviteServerTransaction.ts";
import { cseqNumber } from "../transaction/matching.ts";
import type { NonInviteServerTransaction } from "../transaction/NonInviteServerTransaction.ts";
import { CallTrace } from "./CallTrace.ts";
import { type EngineContext, newTag } from "./EngineContext.ts";
import type { DialogBook } from "./DialogBook.ts";
import type { DialogRequests } from "./DialogRequests.ts";
import { metaOf } from "./metaOf.ts";
import { ServerInvite } from "./ServerInvite.ts";
import type { ServedRequests } from "./ServedRequests.ts";

/** Takes in INVITEs, first ones and those within a call, and their CANCELs. */
export class IncomingInvites {
    readonly #context: EngineContext;
    readonly #book: DialogBook;
    readonly #requests: DialogRequests;
    readonly #served: ServedRequests;

    constructor(context: EngineContext, book: DialogBook, requests: DialogRequests, served: ServedRequests) {
        this.#context = context;
        this.#book = book;
        this.#requests = requests;
        this.#served = served;
    }

    /** A new call. The caller has made sure that it is none we know already. */
    onNew(transaction: InviteServerTransaction): void {
        const { request, flow } = transaction;
        if (this.#book.full) return refuseInvite(transaction, overloaded(this.#context));
        if (contactUri(request.headers) === undefined) {
            return refuseInvite(transaction, { status: 400, reason: "Missing or Bad Contact Header" });
        }
        const least = intervalTooSmall(request.headers, this.#context.options.sessionTimer);
        if (least !== undefined) return refuseInvite(transaction, tooSmall(least));
        const trace = new CallTrace(this.#context.listener, "uas");
        const invite = this.#serve(transaction, trace, undefined);
        const meta = metaOf(flow, "network");
        trace.attempt(request, meta);
        const { transactionId } = invite;
        if (!this.#context.listener.onRequest({ transactionId, message: request, meta })) invite.refuse(503);
    }

    /** An INVITE within a call: in order, and not crossing another (RFC 3261 14.2), nor an offer from us. */
    onInDialog(transaction: InviteServerTransaction, dialog: Dialog): void {
        const { request, flow } = transaction;
        const session = this.#book.sessionOf(dialog);
        if (session === undefined || session.phase === "ending") return refuseInvite(transaction, { status: 481 });
        if (!dialog.admitRemoteCSeq(cseqNumber(request) ?? 0)) return refuseInvite(transaction, { status: 500 });
        if (session.clientInvite !== undefined || session.updatePending === "offer") {
            return refuseInvite(transaction, { status: 491 });
        }
        if (session.serverInvite !== undefined) return refuseInvite(transaction, retryLater());
        const least = intervalTooSmall(request.headers, this.#context.options.sessionTimer);
        if (least !== undefined) return refuseInvite(transaction, tooSmall(least));
        dialog.refreshTarget(request.headers);
        dialog.noticePeer(request.headers);
        dialog.flow = flow;
        const invite = this.#serve(transaction, session.trace, dialog);
        session.serverInvite = invite;
        const { transactionId } = invite;
        const meta = metaOf(flow, "network");
        const event = { transactionId, dialogId: dialog.id, message: request, meta };
        if (!this.#context.listener.onRequest(event)) invite.refuse(480);
    }

    onCancel(cancel: NonInviteServerTransaction, transaction: InviteServerTransaction | undefined): void {
        const invite = transaction === undefined ? undefined : this.#served.inviteOf(transaction);
        const { request, flow } = cancel;
        if (invite === undefined) {
            return cancel.respond(composeResponse(request, { status: 481, toTag: newTag() }));
        }
        const acknowledged = (status: number): void =>
            cancel.respond(composeResponse(request, { status, toTag: invite.localTag }));
        if (!invite.answered) {
            acknowledged(200);
            invite.refuse(487, "call-canceled");
            const meta = metaOf(flow, "network");
            return this.#context.listener.onCancel({ transactionId: invite.transactionId, message: request, meta });
        }
        if (!invite.awaitsFirstAck || invite.dialog === undefined) return acknowledged(200);
        acknowledged(481);
        this.#requests.bye(invite.dialog, "CANCEL after 200 OK", "call-canceled");
    }

    #serve(transaction: InviteServerTransaction, trace: CallTrace, dialog: Dialog | undefined): ServerInvite {
        const invite = new ServerInvite({
            context: this.#context,
            book: this.#book,
            requests: this.#requests,
            transaction,
            trace,
            ...(dialog === undefined ? {} : { dialog }),
            onSettled: ({ transactionId }) => this.#served.remove(transactionId),
        });
        this.#served.addInvite(transaction, invite);
        return invite;
    }
}

/** Rejects an INVITE that is not reported to an application. */
function refuseInvite(transaction: InviteServerTransaction, content: Omit<ResponseContent, "toTag">): void {
    transaction.respond(composeResponse(transaction.request, { ...content, toTag: newTag() }));
}

/** 503 with a time to come back. */
export function overloaded({ counters }: Pick<EngineContext, "counters">): ResponseContent {
    counters.overloadRefusals += 1;
    return { status: 503, headers: [{ name: "Retry-After", value: String(5 + Math.floor(Math.random() * 10)) }] };
}

/** 500 for a request that crosses one not answered yet (14.2): a short while, by chance, so that both do not cross again. */
export function retryLater(): ResponseContent {
    return { status: 500, headers: [{ name: "Retry-After", value: String(Math.floor(Math.random() * 10)) }] };
}

export function tooSmall(minSeconds: number): ResponseContent {
    return { status: 422, headers: [{ name: "Min-SE", value: String(minSeconds) }] };
}

/** True if a request that creates a dialog names a Contact at which its sender can be reached. */
export function hasContact(request: SipRequest): boolean {
    return contactUri(request.headers) !== undefined;
}
