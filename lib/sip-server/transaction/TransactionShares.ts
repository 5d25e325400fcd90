import type { SipRequest } from "../sip/SipMessage.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { toTag } from "./matching.ts";

/** Who a request is from, as far as limits are concerned: each trusted peer and known sender is one, all unknown ones are one together. */
export interface TransactionOwner {
    readonly key: string;
    /** Transactions it may have at a time. */
    readonly maxTransactions: number;
    /** Whether it may open one more outside of dialogs now: there is a limit per second, too. */
    readonly mayOpen: () => boolean;
}

/** Gives back the place of a transaction. */
export type ReleaseTransaction = () => void;

/** Divides the server transactions among those who send requests, so that one of them cannot use up all. */
export class TransactionShares {
    readonly #maxTotal: number;
    readonly #ownerOf: (flow: Flow) => TransactionOwner;
    readonly #counts = new Map<string, number>();
    #total = 0;

    constructor(maxTotal: number, ownerOf: (flow: Flow) => TransactionOwner) {
        this.#maxTotal = maxTotal;
        this.#ownerOf = ownerOf;
    }

    /** Takes a place for the transaction of a new request; undefined if there is none left for its sender. */
    take(request: SipRequest, flow: Flow): ReleaseTransaction | undefined {
        const { key, maxTransactions, mayOpen } = this.#ownerOf(flow);
        const count = this.#counts.get(key) ?? 0;
        if (this.#total >= this.#maxTotal || count >= maxTransactions) return undefined;
        if (toTag(request) === undefined && request.method !== "CANCEL" && !mayOpen()) return undefined;
        this.#counts.set(key, count + 1);
        this.#total += 1;
        return () => this.#release(key);
    }

    #release(key: string): void {
        const count = this.#counts.get(key) ?? 0;
        if (count <= 1) this.#counts.delete(key);
        else this.#counts.set(key, count - 1);
        this.#total -= 1;
    }
}
