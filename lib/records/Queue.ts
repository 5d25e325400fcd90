/** How much of the list can be removed items, before the others are moved to its beginning. */
const SHARE = 8;

/**
 * A list that grows at its end and shrinks at its beginning. Removing the first item does not move the others each time, as
 * `shift` of a long array does.
 */
export class Queue<Item> {
    #items: Item[] = [];
    /** Where the first item is. */
    #start = 0;

    get size(): number {
        return this.#items.length - this.#start;
    }

    get first(): Item | undefined {
        return this.#items[this.#start];
    }

    push(item: Item): void {
        this.#items.push(item);
    }

    removeFirst(): Item | undefined {
        const { first } = this;
        if (this.size === 0) return undefined;
        this.#start += 1;
        if (this.#start * SHARE > this.#items.length) {
            this.#items = this.#items.slice(this.#start);
            this.#start = 0;
        }
        return first;
    }

    /** The last items, at most this many, in their order. */
    last(count: number): readonly Item[] {
        return this.#items.slice(Math.max(this.#start, this.#items.length - count));
    }
}
