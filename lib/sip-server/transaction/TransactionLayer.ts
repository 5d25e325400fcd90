import { randomBytes } from "node:crypto";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import type { Flow } from "../transport/SipTransport.ts";
import type { ClientUser } from "./ClientUser.ts";
import { completeResponse } from "./completeResponse.ts";
import { composeResponse } from "./composeResponse.ts";
import { adoptInviteClient } from "./inviteClient.ts";
import { InviteClientTransaction } from "./InviteClientTransaction.ts";
import { InviteServerTransaction } from "./InviteServerTransaction.ts";
import { clientTransactionKey, cseqMethod, mergeKey, serverTransactionKey, topBranch, toTag } from "./matching.ts";
import { NonInviteClientTransaction } from "./NonInviteClientTransaction.ts";
import { NonInviteServerTransaction } from "./NonInviteServerTransaction.ts";
import type { TransactionContext } from "./TransactionContext.ts";
import type { TransactionShares } from "./TransactionShares.ts";

/** The transaction user of RFC 3261: gets what is new. Called synchronously as messages come in. */
export interface TransactionUser {
    onInvite(transaction: InviteServerTransaction): void;
    onRequest(transaction: NonInviteServerTransaction): void;
    /** A new CANCEL, with the INVITE it is for if there is one. The user answers both. */
    onCancel(cancel: NonInviteServerTransaction, invite: InviteServerTransaction | undefined): void;
    /** An ACK that belongs to no transaction: to a 2xx, or to nothing. Returns whether a call takes it. */
    onAck(ack: SipRequest, flow: Flow): boolean;
    /** A response whose transaction is over or never was. */
    onStrayResponse(response: SipResponse, flow: Flow): void;
}

type ServerTransaction = InviteServerTransaction | NonInviteServerTransaction;
type ClientTransaction = InviteClientTransaction | NonInviteClientTransaction;

/** All transactions of the server: matches what comes in, absorbs what was seen before. */
export class TransactionLayer {
    readonly #context: TransactionContext;
    readonly #user: TransactionUser;
    readonly #shares: TransactionShares;
    readonly #servers = new Map<string, ServerTransaction>();
    readonly #clients = new Map<string, ClientTransaction>();
    /** Those that are no CANCEL, which has the branch of its INVITE. */
    readonly #clientsByBranch = new Map<string, ClientTransaction>();
    /** Server transactions of requests outside of dialogs by {@link mergeKey}, the first of each. */
    readonly #mergeable = new Map<string, ServerTransaction>();

    constructor(context: TransactionContext, user: TransactionUser, shares: TransactionShares) {
        this.#context = context;
        this.#user = user;
        this.#shares = shares;
    }

    get size(): number {
        return this.#servers.size + this.#clients.size;
    }

    /** Requests remembered to recognise copies of. */
    get mergeable(): number {
        return this.#mergeable.size;
    }

    /** Creates the transaction of a request whose top Via carries a fresh branch ({@link newBranch}), and sends it. */
    startInvite(request: SipRequest, flow: Flow, user: ClientUser): InviteClientTransaction {
        const key = clientTransactionKey(request) ?? "";
        const done = (): void => this.#forgetClient(key, request);
        const transaction = new InviteClientTransaction(request, flow, user, this.#context, done);
        this.#begin(key, transaction);
        return transaction;
    }

    /** Goes on with an INVITE that a server sent which is gone, to CANCEL it; undefined if it goes on already. */
    adoptSent(request: SipRequest, flow: Flow, user: ClientUser): InviteClientTransaction | undefined {
        const key = clientTransactionKey(request) ?? "";
        if (this.#clients.has(key)) return undefined;
        const done = (): void => this.#forgetClient(key, request);
        const transaction = new InviteClientTransaction(request, flow, user, this.#context, done, adoptInviteClient);
        this.#begin(key, transaction);
        return transaction;
    }

    /** Goes on with an INVITE that a server received which is gone, to reject it; undefined if it goes on already. */
    adoptReceived(request: SipRequest, flow: Flow): InviteServerTransaction | undefined {
        const key = serverTransactionKey(request);
        if (key === undefined || this.#servers.has(key)) return undefined;
        const merge = mergeKey(request);
        const done = (): void => this.#forget(key, merge);
        const transaction = new InviteServerTransaction(request, flow, this.#context, done);
        this.#remember(key, merge, transaction);
        return transaction;
    }

    /** As {@link startInvite}, for the other methods but ACK. A CANCEL shares the branch of its INVITE. */
    startRequest(request: SipRequest, flow: Flow, user: ClientUser): NonInviteClientTransaction {
        const key = clientTransactionKey(request) ?? "";
        const done = (): void => this.#forgetClient(key, request);
        const transaction = new NonInviteClientTransaction(request, flow, user, this.#context, done);
        this.#begin(key, transaction);
        return transaction;
    }

    receiveResponse(response: SipResponse, flow: Flow): void {
        this.#context.counters.responsesReceived += 1;
        // With more than our own Via it was meant for another element (RFC 3261 8.1.3.3).
        const transaction = response.headers.list("Via").length > 1 ? undefined : this.#clientOf(response);
        if (transaction === undefined) return this.#user.onStrayResponse(response, flow);
        completeResponse(response, transaction.request);
        transaction.receive(response);
    }

    /** By branch and method of CSeq; by the branch alone if CSeq cannot be read: then it is not the response to a CANCEL that counts. */
    #clientOf(response: SipResponse): ClientTransaction | undefined {
        const key = clientTransactionKey(response);
        if (key !== undefined || cseqMethod(response) !== undefined) return this.#clients.get(key ?? "");
        const branch = topBranch(response);
        return branch === undefined ? undefined : this.#clientsByBranch.get(branch);
    }

    receiveRequest(request: SipRequest, flow: Flow): void {
        this.#context.counters.requestsReceived += 1;
        const key = serverTransactionKey(request);
        if (key === undefined) return;
        const known = this.#servers.get(key);
        if (request.method === "ACK") {
            if (known instanceof InviteServerTransaction) known.receiveAck(request);
            else if (!this.#user.onAck(request, flow)) this.#inviteLike(request, flow)?.receiveAck(request);
            return;
        }
        if (known !== undefined) return known.receiveAgain();
        const release = this.#shares.take(request, flow);
        if (release === undefined) return this.#refuseOverload(request, flow);
        const merge = mergeKey(request);
        const done = (): void => {
            release();
            this.#forget(key, merge);
        };
        if (request.method === "INVITE") {
            const invite = new InviteServerTransaction(request, flow, this.#context, done);
            this.#remember(key, merge, invite);
            invite.respond(composeResponse(request, { status: 100 }));
            return this.#user.onInvite(invite);
        }
        const transaction = new NonInviteServerTransaction(request, flow, this.#context, done);
        this.#remember(key, merge, transaction);
        if (request.method !== "CANCEL") return this.#user.onRequest(transaction);
        const target = this.#servers.get(serverTransactionKey(request, "INVITE") ?? "");
        this.#user.onCancel(transaction, target instanceof InviteServerTransaction ? target : undefined);
    }

    /**
     * The INVITE of an ACK that has neither its branch nor the tag of its response, as some phones write it: the one with the
     * same Call-ID, From tag and CSeq number. Only from the same address, because branches are secret and those are less so.
     */
    #inviteLike(ack: SipRequest, flow: Flow): InviteServerTransaction | undefined {
        const invite = this.#mergeable.get(mergeKey(ack, "INVITE"));
        const isSameSender = invite?.flow.remote.address === flow.remote.address;
        return invite instanceof InviteServerTransaction && isSameSender ? invite : undefined;
    }

    /** True if the same request came before by another way and is still being served (RFC 3261 8.2.2.2). */
    isMerged(transaction: ServerTransaction): boolean {
        const first = this.#mergeable.get(mergeKey(transaction.request));
        return first !== undefined && first !== transaction;
    }

    /** Ends all transactions immediately. */
    abortAll(): void {
        for (const transaction of [...this.#servers.values(), ...this.#clients.values()]) transaction.abort();
    }

    #begin(key: string, transaction: ClientTransaction): void {
        this.#clients.set(key, transaction);
        const { request } = transaction;
        if (request.method !== "CANCEL") this.#clientsByBranch.set(topBranch(request) ?? "", transaction);
        this.#context.counters.requestsSent += 1;
        transaction.start();
    }

    #forgetClient(key: string, request: SipRequest): void {
        this.#clients.delete(key);
        if (request.method !== "CANCEL") this.#clientsByBranch.delete(topBranch(request) ?? "");
    }

    #remember(key: string, merge: string, transaction: ServerTransaction): void {
        this.#servers.set(key, transaction);
        if (toTag(transaction.request) !== undefined || transaction.request.method === "CANCEL") return;
        if (!this.#mergeable.has(merge)) this.#mergeable.set(merge, transaction);
    }

    #forget(key: string, merge: string): void {
        const transaction = this.#servers.get(key);
        if (transaction === undefined) return;
        this.#servers.delete(key);
        if (this.#mergeable.get(merge) === transaction) this.#mergeable.delete(merge);
    }

    /** Stateless: what we cannot remember we cannot repeat either. */
    #refuseOverload(request: SipRequest, flow: Flow): void {
        this.#context.counters.overloadRefusals += 1;
        const toTag = randomBytes(8).toString("hex");
        const headers = [{ name: "Retry-After", value: String(5 + Math.floor(Math.random() * 10)) }];
        const response = composeResponse(request, { status: 503, toTag, headers });
        this.#context.transport.respond(response, flow).catch(() => {
            this.#context.counters.responsesUndelivered += 1;
        });
    }
}

/** A branch no other transaction has (RFC 3261 8.1.1.7). */
export function newBranch(): string {
    return `z9hG4bK${randomBytes(12).toString("hex")}`;
}
