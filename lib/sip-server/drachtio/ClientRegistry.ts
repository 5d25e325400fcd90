/**
 * Which application gets a new request: those that asked for its method (or CDR event) take turns. Holds authenticated
 * applications only; the control server adds one when it has proven the secret and removes it when its socket closed.
 */
export class ClientRegistry<Client> {
    readonly #tags = new Map<Client, readonly string[]>();
    /** For each verb its subscribers; the first is next in turn. */
    readonly #turns = new Map<string, Client[]>();

    get size(): number {
        return this.#tags.size;
    }

    add(client: Client, tags: readonly string[]): void {
        this.#tags.set(client, tags);
    }

    remove(client: Client): void {
        this.#tags.delete(client);
        for (const verb of [...this.#turns.keys()]) this.unsubscribe(client, verb);
    }

    /** Safe to repeat: drachtio-srf sends all its verbs again with each new one. Ignored for a client not added. */
    subscribe(client: Client, verb: string): void {
        if (!this.#tags.has(client)) return;
        const turns = this.#turns.get(verb);
        if (turns === undefined) this.#turns.set(verb, [client]);
        else if (!turns.includes(client)) turns.push(client);
    }

    unsubscribe(client: Client, verb: string): void {
        const left = (this.#turns.get(verb) ?? []).filter((other) => other !== client);
        if (left.length === 0) this.#turns.delete(verb);
        else this.#turns.set(verb, left);
    }

    /** The subscriber whose turn it is, which then moves to the end of the queue; undefined if no client subscribed to the method. */
    next(verb: string): Client | undefined {
        const turns = this.#turns.get(verb);
        const client = turns?.shift();
        if (client !== undefined) turns?.push(client);
        return client;
    }

    /** Whether anybody asked for the verb; takes no turn. */
    has(verb: string): boolean {
        return this.#turns.has(verb);
    }

    [Symbol.iterator](): Iterator<Client> {
        return this.#tags.keys();
    }
}
