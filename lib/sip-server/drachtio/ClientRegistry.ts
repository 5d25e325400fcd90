/**
 * Which application gets a new request: those that asked for its method (or CDR event) take turns. Holds authenticated
 * applications only; the control server adds one when it has proven the secret and removes it when its socket closed.
 */
export class ClientRegistry<Client> {
    readonly #tags = new Map<Client, readonly string[]>();
    /** Those that are away for the moment: they get a new request only if no other subscriber is there. */
    readonly #away = new Set<Client>();
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
        this.#away.delete(client);
        for (const verb of [...this.#turns.keys()]) this.unsubscribe(client, verb);
    }

    setAway(client: Client, isAway: boolean): void {
        if (isAway) this.#away.add(client);
        else this.#away.delete(client);
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
        if (turns === undefined) return undefined;
        const present = turns.findIndex((client) => !this.#away.has(client));
        const [client] = turns.splice(Math.max(0, present), 1);
        if (client !== undefined) turns.push(client);
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
