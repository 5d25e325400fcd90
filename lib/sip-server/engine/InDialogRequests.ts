import type { Dialog } from "../dialog/Dialog.ts";
import { intervalTooSmall } from "../dialog/sessionTimer.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { cseqNumber } from "../transaction/matching.ts";
import type { NonInviteServerTransaction } from "../transaction/NonInviteServerTransaction.ts";
import { composeResponse, type ResponseContent } from "../transaction/composeResponse.ts";
import { agreeOnTimer } from "./agreeOnTimer.ts";
import { callSeconds } from "./callSeconds.ts";
import type { DialogBook } from "./DialogBook.ts";
import type { EngineContext } from "./EngineContext.ts";
import { retryLater, tooSmall } from "./IncomingInvites.ts";
import { metaOf } from "./metaOf.ts";
import type { ServedRequests } from "./ServedRequests.ts";
import { ServerRequest } from "./ServerRequest.ts";
import type { Session } from "./Session.ts";
import {
    opensSubscription,
    secondsOfNotify,
    subscriptionEnds,
    subscriptionKey,
    subscriptionSeconds,
} from "./subscription.ts";

/** How long an application may think about a BYE, in T1: its answer is of no consequence, and the peer repeats it. */
const byeTimeout = 16;

/** Takes in requests within dialogs, other than INVITE and ACK. */
export class InDialogRequests {
    readonly #context: EngineContext;
    readonly #book: DialogBook;
    readonly #served: ServedRequests;

    constructor(context: EngineContext, book: DialogBook, served: ServedRequests) {
        this.#context = context;
        this.#book = book;
        this.#served = served;
    }

    receive(transaction: NonInviteServerTransaction, dialog: Dialog): void {
        const { request, flow } = transaction;
        const session = this.#book.sessionOf(dialog);
        const refusal = this.#refusalOf(transaction, dialog, session);
        if (refusal !== undefined) {
            // A BYE from us may still wait for the ACK of a call that the peer has ended now.
            if (request.method === "BYE" && refusal.status === 200) session?.serverInvite?.terminate();
            return transaction.respond(composeResponse(request, { ...refusal, toTag: dialog.localTag }));
        }
        const served = this.#serve(transaction, dialog, session);
        dialog.flow = flow;
        this.#context.transport.rememberSender(flow, callSeconds);
        if (request.method === "BYE" && session !== undefined && this.#begunByBye(transaction, session)) {
            return served.answer({ status: 200 });
        }
        if (request.method === "UPDATE") {
            dialog.refreshTarget(request.headers);
            dialog.noticePeer(request.headers);
            if (session !== undefined) session.updatesUnanswered += 1;
        }
        if (request.method === "SUBSCRIBE" || request.method === "NOTIFY") dialog.refreshTarget(request.headers);
        this.#notify(served, transaction, dialog);
    }

    /** Why the engine rejects the request without notifying an application. */
    #refusalOf(
        { request }: NonInviteServerTransaction,
        dialog: Dialog,
        session: Session | undefined,
    ): Omit<ResponseContent, "toTag"> | undefined {
        if (!dialog.admitRemoteCSeq(cseqNumber(request) ?? 0)) return { status: 500 };
        if (session?.phase === "ending" && request.method !== "NOTIFY") {
            return { status: request.method === "BYE" ? 200 : 481 };
        }
        switch (request.method) {
            case "BYE":
                return session === undefined ? { status: 481 } : undefined;
            case "PRACK":
                return session?.serverInvite?.acknowledgeProvisional(request) === true ? undefined : { status: 481 };
            case "UPDATE":
                return session === undefined
                    ? { status: 481 }
                    : this.#crossing(session, request.body.length > 0, request);
            default:
                return undefined;
        }
    }

    /** An UPDATE may not cross another, nor an offer that is not answered yet (RFC 3311 5.2). */
    #crossing(
        session: Session,
        offers: boolean,
        request: NonInviteServerTransaction["request"],
    ): Omit<ResponseContent, "toTag"> | undefined {
        const open = session.serverInvite?.openOffer;
        const ours = open === "ours" || session.clientInvite?.awaitsAnswer(session.dialog) === true;
        if (session.updatePending !== "none" || (offers && ours)) return { status: 491 };
        if (session.updatesUnanswered > 0 || (offers && open === "theirs")) return retryLater();
        const least = intervalTooSmall(request.headers, this.#context.options.sessionTimer);
        return least === undefined ? undefined : tooSmall(least);
    }

    /** Ends what is under way. True if the call had not been answered: then its INVITE has ended, and the application is notified as if it were cancelled (15.1.2). */
    #begunByBye({ request, flow }: NonInviteServerTransaction, session: Session): boolean {
        const { serverInvite } = session;
        session.beginToEnd();
        session.trace.stop("normal-release", request, metaOf(flow, "network"));
        session.clientInvite?.cancelQuietly();
        if (session.dialog.phase !== "early" || serverInvite === undefined) {
            serverInvite?.terminate();
            return false;
        }
        serverInvite.giveUp(487, "call-canceled", request.headers);
        return true;
    }

    #notify(served: ServerRequest, transaction: NonInviteServerTransaction, dialog: Dialog): void {
        const { request, flow } = transaction;
        const { transactionId } = served;
        const { listener, timing } = this.#context;
        const meta = metaOf(flow, "network");
        const taken = listener.onRequest({ transactionId, dialogId: dialog.id, message: request, meta });
        const harmless = request.method === "BYE" || request.method === "PRACK";
        if (!taken) return served.answer({ status: harmless ? 200 : 480 });
        if (harmless) served.answerAfter(byeTimeout * timing.t1, 200, () => listener.onUnanswered(transactionId));
    }

    #serve(transaction: NonInviteServerTransaction, dialog: Dialog, session: Session | undefined): ServerRequest {
        const served = new ServerRequest({
            context: this.#context,
            transaction,
            dialog,
            onAnswer: (response) => {
                this.#beforeAnswer(transaction, dialog, session, response);
                const ends = transaction.request.method === "BYE" || dialog.phase === "ended";
                return ends ? undefined : dialog;
            },
            onSettled: ({ transactionId }, outcome) => {
                this.#served.remove(transactionId);
                if (outcome === "givenUp") this.#context.listener.onUnanswered(transactionId);
                this.#afterAnswer(transaction, dialog, session);
            },
        });
        this.#served.addRequest(served);
        return served;
    }

    #beforeAnswer(
        { request }: NonInviteServerTransaction,
        dialog: Dialog,
        session: Session | undefined,
        response: SipResponse,
    ): void {
        if (response.status >= 300) return;
        switch (request.method) {
            case "PRACK":
                session?.describe(response.headers.get("Content-Type"), response.body);
                return;
            case "UPDATE":
                return this.#renew(request, session, response);
            case "SUBSCRIBE":
            case "REFER":
                if (!opensSubscription(response)) return;
                this.#book.openSubscription(dialog, subscriptionKey(request), subscriptionSeconds(response, request));
                return;
            case "NOTIFY":
                if (subscriptionEnds(request.headers)) return;
                this.#book.openSubscription(dialog, subscriptionKey(request), secondsOfNotify(request.headers));
                return;
            default:
                return;
        }
    }

    #renew(request: SipRequest, session: Session | undefined, response: SipResponse): void {
        session?.describe(response.headers.get("Content-Type"), response.body);
        const timer = agreeOnTimer(request, response, this.#context.options.sessionTimer);
        if (timer !== undefined) session?.timer.renew(timer);
    }

    /** Answered or not: the request is done with. */
    #afterAnswer({ request }: NonInviteServerTransaction, dialog: Dialog, session: Session | undefined): void {
        switch (request.method) {
            case "BYE":
                return this.#book.closeSession(dialog);
            case "PRACK":
                return session?.serverInvite?.prackAnswered();
            case "UPDATE":
                if (session !== undefined) session.updatesUnanswered -= 1;
                return;
            case "NOTIFY":
                if (subscriptionEnds(request.headers)) this.#book.closeSubscription(dialog, subscriptionKey(request));
                return;
            default:
                return;
        }
    }
}
