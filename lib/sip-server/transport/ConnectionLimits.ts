import type { DropReason } from "./SipTransport.ts";
import { sourceKey } from "./sourceKey.ts";

/** Counts incoming connections, in total and by source. */
export class ConnectionLimits {
    readonly #maxTotal: number;
    readonly #maxPerSource: number;
    readonly #bySource = new Map<string, number>();
    #total = 0;

    constructor(limits: { readonly maxConnections: number; readonly maxConnectionsPerSource: number }) {
        this.#maxTotal = limits.maxConnections;
        this.#maxPerSource = limits.maxConnectionsPerSource;
    }

    /** Counts a new connection in, or says why it may not be. What was counted in is given back by {@link release}, once. */
    admit(address: string): DropReason | undefined {
        const source = sourceKey(address);
        const count = this.#bySource.get(source) ?? 0;
        if (this.#total >= this.#maxTotal) return "tooManyConnections";
        if (count >= this.#maxPerSource) return "tooManyConnectionsFromSource";
        this.#bySource.set(source, count + 1);
        this.#total += 1;
        return undefined;
    }

    release(address: string): void {
        const source = sourceKey(address);
        const count = this.#bySource.get(source) ?? 0;
        if (count <= 1) this.#bySource.delete(source);
        else this.#bySource.set(source, count - 1);
        this.#total -= 1;
    }
}
