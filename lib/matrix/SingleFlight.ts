/** Runs work that several callers request at the same time only once; all of them get its result. Keeps no results. */
export class SingleFlight<Value> {
    readonly #flights = new Map<string, Promise<Value>>();

    async run(key: string, work: () => Promise<Value>): Promise<Value> {
        const running = this.#flights.get(key);
        if (running !== undefined) return await running;
        const flight = work();
        this.#flights.set(key, flight);
        try {
            return await flight;
        } finally {
            this.#flights.delete(key);
        }
    }
}
