import type { DropReason } from "./SipTransport.ts";
import { sourceKey } from "./sourceKey.ts";

/**
 * Counts the connections that peers have opened. Unknown peers are limited in total and by source; trusted ones are
 * counted by themselves and only in total, so that unknown peers cannot use up their places, and a proxy may open many.
 */
export class ConnectionLimits {
    readonly #maxTotal: number;
    readonly #maxPerSource: number;
    readonly #unknown = new Map<string, number>();
    #unknownInAll = 0;
    #trusted = 0;

    constructor(limits: { readonly maxConnections: number; readonly maxConnectionsPerSource: number }) {
        this.#maxTotal = limits.maxConnections;
        this.#maxPerSource = limits.maxConnectionsPerSource;
    }

    /** Counts a new connection in, or says why it may not be. What was counted in is given back by {@link release}, once. */
    admit(address: string, trusted: boolean): DropReason | undefined {
        if ((trusted ? this.#trusted : this.#unknownInAll) >= this.#maxTotal) return "tooManyConnections";
        if (trusted) {
            this.#trusted += 1;
            return undefined;
        }
        const source = sourceKey(address);
        const count = this.#unknown.get(source) ?? 0;
        if (count >= this.#maxPerSource) return "tooManyConnectionsFromSource";
        this.#unknown.set(source, count + 1);
        this.#unknownInAll += 1;
        return undefined;
    }

    release(address: string, trusted: boolean): void {
        if (trusted) {
            this.#trusted -= 1;
            return;
        }
        const source = sourceKey(address);
        const count = this.#unknown.get(source) ?? 0;
        if (count <= 1) this.#unknown.delete(source);
        else this.#unknown.set(source, count - 1);
        this.#unknownInAll -= 1;
    }
}
