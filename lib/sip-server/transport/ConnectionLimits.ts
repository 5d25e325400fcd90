import type { DropReason } from "./SipTransport.ts";
import { sourceKey } from "./sourceKey.ts";

/**
 * Counts the connections that others made us have. Strangers are limited in total and by source; those we trust are
 * counted by themselves and only in total, so that no crowd of strangers keeps them out, and a proxy may bring many.
 */
export class ConnectionLimits {
    readonly #maxTotal: number;
    readonly #maxPerSource: number;
    readonly #strangers = new Map<string, number>();
    #strangersInAll = 0;
    #trusted = 0;

    constructor(limits: { readonly maxConnections: number; readonly maxConnectionsPerSource: number }) {
        this.#maxTotal = limits.maxConnections;
        this.#maxPerSource = limits.maxConnectionsPerSource;
    }

    /** Counts a new connection in, or says why it may not be. What was counted in is given back by {@link release}, once. */
    admit(address: string, trusted: boolean): DropReason | undefined {
        if ((trusted ? this.#trusted : this.#strangersInAll) >= this.#maxTotal) return "tooManyConnections";
        if (trusted) {
            this.#trusted += 1;
            return undefined;
        }
        const source = sourceKey(address);
        const count = this.#strangers.get(source) ?? 0;
        if (count >= this.#maxPerSource) return "tooManyConnectionsFromSource";
        this.#strangers.set(source, count + 1);
        this.#strangersInAll += 1;
        return undefined;
    }

    release(address: string, trusted: boolean): void {
        if (trusted) {
            this.#trusted -= 1;
            return;
        }
        const source = sourceKey(address);
        const count = this.#strangers.get(source) ?? 0;
        if (count <= 1) this.#strangers.delete(source);
        else this.#strangers.set(source, count - 1);
        this.#strangersInAll -= 1;
    }
}
