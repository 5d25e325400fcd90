/**
 * Which application a transaction or dialog belongs to: it gets what happens there, and its loss ends them. Entries are
 * struck when the engine reports its end, so the books never outgrow the engine's.
 */
export class Ownership<Client> {
    readonly #owners = new Map<string, Client>();
    readonly #owned = new Map<Client, Set<string>>();

    get size(): number {
        return this.#owners.size;
    }

    ownerOf(id: string): Client | undefined {
        return this.#owners.get(id);
    }

    /** A second owner takes the first one's place. */
    assign(id: string, client: Client): void {
        if (this.#owners.get(id) === client) return;
        this.strike(id);
        this.#owners.set(id, client);
        const owned = this.#owned.get(client);
        if (owned === undefined) this.#owned.set(client, new Set([id]));
        else owned.add(id);
    }

    /** Unknown ids are fine. */
    strike(id: string): void {
        const client = this.#owners.get(id);
        if (client === undefined) return;
        this.#owners.delete(id);
        const owned = this.#owned.get(client);
        owned?.delete(id);
        if (owned?.size === 0) this.#owned.delete(client);
    }

    /** The ids of all entries of a client. */
    idsOf(client: Client): readonly string[] {
        return [...(this.#owned.get(client) ?? [])];
    }

    /** Strikes all of a client's entries and returns their ids. */
    release(client: Client): readonly string[] {
        const ids = this.idsOf(client);
        this.#owned.delete(client);
        for (const id of ids) this.#owners.delete(id);
        return ids;
    }
}
