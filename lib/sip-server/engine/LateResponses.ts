import { Headers } from "../sip/Headers.ts";
import type { SipResponse } from "../sip/SipMessage.ts";
import type { ClientUser } from "../transaction/ClientUser.ts";
import type { InviteClientTransaction } from "../transaction/InviteClientTransaction.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { composeCancel } from "./composeCancel.ts";
import type { EngineContext } from "./EngineContext.ts";
import type { ForkReaper } from "./ForkReaper.ts";

/** The response to a CANCEL has no effect: the response to the INVITE decides. */
export const ignoredResponses: ClientUser = {
    onResponse: () => undefined,
    onTimeout: () => undefined,
    onTransportFailure: () => undefined,
    onExpired: () => undefined,
    onOver: () => undefined,
};

/**
 * The answers to an INVITE whose target was given up for its silence: the call went elsewhere, or is over. The first
 * provisional one is met by CANCEL, which could not be sent before (RFC 3261 9.1), a 2xx by ACK and BYE. No phone goes on
 * ringing, or stays off the hook in a call without another party.
 */
export class LateResponses {
    readonly #transaction: InviteClientTransaction;
    readonly #forks: ForkReaper;
    readonly #context: EngineContext;
    #cancelled = false;

    constructor(transaction: InviteClientTransaction, forks: ForkReaper, context: EngineContext) {
        this.#transaction = transaction;
        this.#forks = forks;
        this.#context = context;
    }

    onResponse(response: SipResponse, flow: Flow): void {
        // the transaction acknowledges refusals by itself
        if (response.status >= 300) return;
        const { request } = this.#transaction;
        if (response.status >= 200) return this.#forks.end(request, response, flow);
        if (this.#cancelled) return;
        this.#cancelled = true;
        this.#context.transactions.startRequest(composeCancel(request, new Headers()), flow, ignoredResponses);
        this.#transaction.cancelSent();
    }
}
