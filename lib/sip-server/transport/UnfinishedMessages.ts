interface Holder {
    readonly bytes: number;
    /** Closes the connection. */
    readonly cut: () => void;
}

/** Bounds the memory for incomplete messages from unknown peers: each may be large, and there may be thousands. */
export class UnfinishedMessages {
    readonly #maxBytes: number;
    readonly #holders = new Map<symbol, Holder>();
    #bytes = 0;

    constructor(maxBytes: number) {
        this.#maxBytes = maxBytes;
    }

    /**
     * Counts one connection in. It reports to the returned object how much it holds, after each change and, when it is closed, that
     * it is nothing. `cut` is called when it holds the most at a time when all hold too much.
     */
    count(cut: () => void): (bytes: number) => void {
        const key = Symbol("connection");
        return (bytes) => {
            this.#forget(key);
            if (bytes === 0) return;
            this.#holders.set(key, { bytes, cut });
            this.#bytes += bytes;
            while (this.#bytes > this.#maxBytes) this.#cutLargest();
        };
    }

    #cutLargest(): void {
        let largest: [key: symbol, holder: Holder] | undefined;
        for (const each of this.#holders) {
            if (largest === undefined || each[1].bytes > largest[1].bytes) largest = each;
        }
        if (largest === undefined) return;
        this.#forget(largest[0]);
        largest[1].cut();
    }

    #forget(key: symbol): void {
        this.#bytes -= this.#holders.get(key)?.bytes ?? 0;
        this.#holders.delete(key);
    }
}
