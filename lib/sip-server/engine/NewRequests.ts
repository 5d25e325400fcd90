import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import type { Dialog } from "../dialog/Dialog.ts";
import { composeResponse, type ResponseContent } from "../transaction/composeResponse.ts";
import type { NonInviteServerTransaction } from "../transaction/NonInviteServerTransaction.ts";
import { bindRegisteredFlows } from "./bindRegisteredFlows.ts";
import type { DialogBook } from "./DialogBook.ts";
import { dialogOfRequest } from "./dialogOfRequest.ts";
import { type EngineContext, newTag } from "./EngineContext.ts";
import { hasContact, overloaded } from "./IncomingInvites.ts";
import { metaOf } from "./metaOf.ts";
import type { ServedRequests } from "./ServedRequests.ts";
import { ServerRequest } from "./ServerRequest.ts";
import { opensSubscription, subscriptionKey, subscriptionSeconds } from "./subscription.ts";

/** Methods that make no sense outside of a dialog. */
const onlyInDialogs: ReadonlySet<string> = new Set(["BYE", "PRACK", "UPDATE"]);

/** Methods a server of applications is expected to serve: without a taker it is out of service, not unwilling. */
const expected: ReadonlySet<string> = new Set([
    "OPTIONS",
    "REGISTER",
    "SUBSCRIBE",
    "NOTIFY",
    "MESSAGE",
    "INFO",
    "PUBLISH",
]);

const allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, MESSAGE, NOTIFY, REFER, REGISTER, SUBSCRIBE";

/** Takes in requests outside of dialogs, other than INVITE. */
export class NewRequests {
    readonly #context: EngineContext;
    readonly #book: DialogBook;
    readonly #served: ServedRequests;

    constructor(context: EngineContext, book: DialogBook, served: ServedRequests) {
        this.#context = context;
        this.#book = book;
        this.#served = served;
    }

    receive(transaction: NonInviteServerTransaction): void {
        const { request, flow } = transaction;
        const refusal = this.#refusalOf(request);
        if (refusal !== undefined) {
            return transaction.respond(composeResponse(request, { ...refusal, toTag: newTag() }));
        }
        const { listener, options } = this.#context;
        const served = this.#serve(transaction);
        const { transactionId } = served;
        if (listener.onRequest({ transactionId, message: request, meta: metaOf(flow, "network") })) return;
        served.answer(withoutTaker(request.method, options.answerOptions));
    }

    #refusalOf(request: SipRequest): Omit<ResponseContent, "toTag"> | undefined {
        if (onlyInDialogs.has(request.method)) return { status: 481 };
        if (!makesDialog(request.method)) return undefined;
        if (!hasContact(request)) return { status: 400, reason: "Missing or Bad Contact Header" };
        return this.#book.full ? overloaded(this.#context) : undefined;
    }

    #serve(transaction: NonInviteServerTransaction): ServerRequest {
        const served = new ServerRequest({
            context: this.#context,
            transaction,
            dialog: undefined,
            onAnswer: (response) => this.#beforeAnswer(transaction, response),
            onSettled: ({ transactionId }, outcome) => {
                this.#served.remove(transactionId);
                if (outcome === "givenUp") this.#context.listener.onUnanswered(transactionId);
            },
        });
        this.#served.addRequest(served);
        return served;
    }

    #beforeAnswer({ request, flow }: NonInviteServerTransaction, response: SipResponse): Dialog | undefined {
        if (response.status >= 300) return undefined;
        if (request.method === "REGISTER" || request.method === "SUBSCRIBE") {
            bindRegisteredFlows(request, response, flow, this.#context.transport);
        }
        if (!makesDialog(request.method) || !opensSubscription(response)) return undefined;
        const dialog = dialogOfRequest(request, response, flow);
        dialog.phase = "confirmed";
        this.#book.openSubscription(dialog, subscriptionKey(request), subscriptionSeconds(response, request));
        return dialog;
    }
}

function makesDialog(method: string): boolean {
    return method === "SUBSCRIBE" || method === "REFER";
}

function withoutTaker(method: string, answerOptions: boolean): Omit<ResponseContent, "toTag"> {
    const allowed = [{ name: "Allow", value: allow }];
    if (method === "OPTIONS" && answerOptions) return { status: 200, headers: allowed };
    return expected.has(method) ? { status: 503 } : { status: 405, headers: allowed };
}
