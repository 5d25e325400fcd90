import type { Dialog } from "../dialog/Dialog.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { composeResponse, type ResponseContent } from "../transaction/composeResponse.ts";
import type { NonInviteServerTransaction, NonInviteServerUser } from "../transaction/NonInviteServerTransaction.ts";
import { TimerSet } from "../transaction/TimerSet.ts";
import { readAppHeaders } from "./appHeaders.ts";
import { composeAppResponse } from "./composeAppResponse.ts";
import { needsContact, ownContact, tagIn } from "./composeRequest.ts";
import { type EngineContext, newId, newTag } from "./EngineContext.ts";
import { metaOf } from "./metaOf.ts";
import { refuse, type Refused } from "./Refused.ts";
import type { OutgoingResponse, SentResponse } from "./SipEngine.ts";

/** What a request of the peer, other than INVITE and ACK, needs around it. */
export interface ServerRequestParts {
    readonly context: EngineContext;
    readonly transaction: NonInviteServerTransaction;
    readonly dialog: Dialog | undefined;
    /** Draws what follows from the final answer, just before it leaves. Returns the dialog it belongs to, if that lives on. */
    readonly onAnswer: (response: SipResponse) => Dialog | undefined;
    /** It was answered, or its client has given up. Called once. */
    readonly onSettled: (request: ServerRequest, outcome: "answered" | "givenUp") => void;
}

/** A request of the peer, other than INVITE and ACK, until its answer. */
export class ServerRequest implements NonInviteServerUser {
    readonly transactionId = newId();
    readonly #parts: ServerRequestParts;
    readonly #timeout: TimerSet<"timeout">;
    #toTag: string;
    #phase: "waiting" | "settled" = "waiting";

    constructor(parts: ServerRequestParts) {
        this.#parts = parts;
        this.#timeout = new TimerSet(parts.context.clock);
        this.#toTag = parts.dialog?.localTag ?? newTag();
        parts.transaction.serve(this);
    }

    get request(): SipRequest {
        return this.#parts.transaction.request;
    }

    /** An answer of the application. Provisional ones and 408 do not exist here (RFC 4320 4). */
    respond(order: OutgoingResponse): SentResponse | Refused {
        const headers = readAppHeaders(order.headers, order.body);
        if ("kind" in headers) return headers;
        if (this.#phase === "settled") return refuse("alreadyAnswered");
        if (order.status < 200 || order.status === 408) return refuse("notToNonInvite");
        const { transaction, dialog } = this.#parts;
        if (dialog === undefined) this.#toTag = tagIn(headers.to) ?? this.#toTag;
        const { method } = this.request;
        const success = order.status < 300;
        const response = composeAppResponse(this.request, order, headers, {
            toTag: this.#toTag,
            flow: transaction.flow,
            contact:
                success && needsContact(method) ? (dialog?.localContact ?? ownContact(transaction.flow)) : undefined,
            makesDialog: success && dialog === undefined && (method === "SUBSCRIBE" || method === "REFER"),
        });
        return this.#send(response);
    }

    /** The engine's own answer, unless there was one. */
    answer(content: Omit<ResponseContent, "toTag">): void {
        if (this.#phase === "waiting") this.#send(composeResponse(this.request, { ...content, toTag: this.#toTag }));
    }

    /** Answers by itself if the application has not within that time. */
    answerAfter(ms: number, status: number, onSilent: () => void): void {
        if (this.#phase === "settled") return;
        this.#timeout.set("timeout", ms, () => {
            this.answer({ status });
            onSilent();
        });
    }

    onOver(): void {
        if (this.#phase === "settled") return;
        this.#phase = "settled";
        this.#timeout.stopAll();
        this.#parts.onSettled(this, "givenUp");
    }

    #send(response: SipResponse): SentResponse {
        const dialog = this.#parts.onAnswer(response);
        const { transaction } = this.#parts;
        this.#phase = "settled";
        this.#timeout.stopAll();
        transaction.respond(response);
        this.#parts.onSettled(this, "answered");
        return {
            kind: "sent",
            transactionId: this.transactionId,
            ...(dialog === undefined ? {} : { dialogId: dialog.id }),
            message: response,
            meta: metaOf(transaction.flow, "application"),
        };
    }
}
