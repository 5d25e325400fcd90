import type { Dialog } from "../dialog/Dialog.ts";
import { dialogIdOf } from "../dialog/Dialog.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { composeResponse, type ResponseContent } from "../transaction/composeResponse.ts";
import type { InviteServerTransaction } from "../transaction/InviteServerTransaction.ts";
import { fromTag, toTag } from "../transaction/matching.ts";
import type { NonInviteServerTransaction } from "../transaction/NonInviteServerTransaction.ts";
import type { TransactionUser } from "../transaction/TransactionLayer.ts";
import type { Flow } from "../transport/SipTransport.ts";
import type { DialogBook } from "./DialogBook.ts";
import { type EngineContext, newTag } from "./EngineContext.ts";
import type { InDialogRequests } from "./InDialogRequests.ts";
import type { IncomingInvites } from "./IncomingInvites.ts";
import type { NewRequests } from "./NewRequests.ts";
import type { OutgoingRequests } from "./OutgoingRequests.ts";

/** Where what comes in goes. */
export interface IncomingParts {
    readonly context: EngineContext;
    readonly book: DialogBook;
    readonly invites: IncomingInvites;
    readonly inDialog: InDialogRequests;
    readonly fresh: NewRequests;
    readonly outgoing: OutgoingRequests;
}

/** Sorts what the transactions hand up: into dialogs, outside of them, or away. */
export class IncomingRequests implements TransactionUser {
    readonly #parts: IncomingParts;
    #stopping = false;

    constructor(parts: IncomingParts) {
        this.#parts = parts;
    }

    /** From now on what is new is refused 503. */
    stop(): void {
        this.#stopping = true;
    }

    onInvite(transaction: InviteServerTransaction): void {
        const { request } = transaction;
        if (toTag(request) !== undefined) {
            const dialog = this.#dialogOf(request);
            if (dialog === undefined) return refuseEither(transaction, { status: 481 });
            return this.#parts.invites.onInDialog(transaction, dialog);
        }
        const refusal = this.#refusalOfNew(transaction);
        if (refusal !== undefined) return refuseEither(transaction, refusal);
        this.#parts.invites.onNew(transaction);
    }

    onRequest(transaction: NonInviteServerTransaction): void {
        const { request, flow } = transaction;
        // Some phones repeat the To tag of the last answer when they register again.
        if (toTag(request) !== undefined && request.method !== "REGISTER") {
            const dialog = this.#dialogOf(request) ?? this.#parts.outgoing.making.dialogOfNotify(request, flow);
            if (dialog === undefined) return refuseEither(transaction, { status: 481 });
            return this.#parts.inDialog.receive(transaction, dialog);
        }
        const refusal = this.#refusalOfNew(transaction);
        if (refusal !== undefined) return refuseEither(transaction, refusal);
        this.#parts.fresh.receive(transaction);
    }

    onCancel(cancel: NonInviteServerTransaction, invite: InviteServerTransaction | undefined): void {
        this.#parts.invites.onCancel(cancel, invite);
    }

    /** Returns whether it belongs to a call. */
    onAck(ack: SipRequest, flow: Flow): boolean {
        const dialog = this.#dialogOf(ack);
        const invite = dialog === undefined ? undefined : this.#parts.book.sessionOf(dialog)?.serverInvite;
        if (invite === undefined) this.#parts.context.counters.straysDropped += 1;
        else invite.onAck(ack, flow);
        return dialog !== undefined;
    }

    /** A late response changes nothing: its request was given up, and the application was notified. */
    onStrayResponse(_response: SipResponse, _flow: Flow): void {
        this.#parts.context.counters.straysDropped += 1;
    }

    /** A copy by another way is refused, and so is our own request that came back: its dialog would have the same id (8.2.2.2). */
    #refusalOfNew(transaction: InviteServerTransaction | NonInviteServerTransaction): ResponseContent | undefined {
        const { request } = transaction;
        if (this.#stopping) return { status: 503 };
        if (this.#parts.context.transactions.isMerged(transaction)) return { status: 482 };
        const makesDialog = ["INVITE", "SUBSCRIBE", "REFER"].includes(request.method);
        if (!makesDialog) return undefined;
        const id = dialogIdOf(request.headers.get("Call-ID") ?? "", fromTag(request) ?? "");
        const taken = this.#parts.book.table.withId(id).length > 0 || this.#parts.outgoing.making.has(id);
        return taken ? { status: 482 } : undefined;
    }

    #dialogOf(request: SipRequest): Dialog | undefined {
        const callId = request.headers.get("Call-ID") ?? "";
        return this.#parts.book.table.find(callId, toTag(request) ?? "", fromTag(request) ?? "");
    }
}

function refuseEither(
    transaction: InviteServerTransaction | NonInviteServerTransaction,
    content: Omit<ResponseContent, "toTag">,
): void {
    transaction.respond(composeResponse(transaction.request, { ...content, toTag: newTag() }));
}
