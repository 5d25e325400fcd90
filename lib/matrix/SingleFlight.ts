/** Work that several ask for at the same time is done once, and all get its outcome. Nothing is kept afterwards. */
export class SingleFlight<Value> {
    readonly #flights = new Map<string, Promise<Value>>();

    async run(key: string, work: () => Promise<Value>): Promise<Value> {
        const underWay = this.#flights.get(key);
        if (underWay !== undefined) return await underWay;
        const flight = work();
        this.#flights.set(key, flight);
        try {
            return await flight;
        } finally {
            this.#flights.delete(key);
        }
    }
}
