import type { InviteServerTransaction } from "../transaction/InviteServerTransaction.ts";
import type { ServerInvite } from "./ServerInvite.ts";
import type { ServerRequest } from "./ServerRequest.ts";

/** The requests applications may still answer, by the id they know, and the INVITEs a CANCEL may still be for. */
export class ServedRequests {
    readonly #requests = new Map<string, ServerRequest>();
    readonly #invites = new Map<string, ServerInvite>();
    readonly #byTransaction = new WeakMap<InviteServerTransaction, ServerInvite>();

    get size(): number {
        return this.#requests.size + this.#invites.size;
    }

    addInvite(transaction: InviteServerTransaction, invite: ServerInvite): void {
        this.#invites.set(invite.transactionId, invite);
        this.#byTransaction.set(transaction, invite);
    }

    addRequest(request: ServerRequest): void {
        this.#requests.set(request.transactionId, request);
    }

    remove(transactionId: string): void {
        this.#invites.delete(transactionId);
        this.#requests.delete(transactionId);
    }

    find(transactionId: string): ServerInvite | ServerRequest | undefined {
        return this.#invites.get(transactionId) ?? this.#requests.get(transactionId);
    }

    inviteOf(transaction: InviteServerTransaction): ServerInvite | undefined {
        return this.#byTransaction.get(transaction);
    }

    /** INVITEs without a final response. */
    unansweredInvites(): readonly ServerInvite[] {
        return [...this.#invites.values()];
    }
}
