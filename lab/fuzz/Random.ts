/** Random numbers from a seed: the same seed gives the same run (mulberry32). */
export class Random {
    #state: number;

    constructor(seed: number) {
        this.#state = seed >>> 0;
    }

    /** From 0 (inclusive) to 1 (exclusive). */
    fraction(): number {
        this.#state = (this.#state + 0x6d2b79f5) >>> 0;
        let mixed = this.#state;
        mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    }

    /** A whole number from 0 to `limit` (exclusive). */
    below(limit: number): number {
        return Math.floor(this.fraction() * limit);
    }

    chance(probability: number): boolean {
        return this.fraction() < probability;
    }

    pick<Item>(items: readonly [Item, ...Item[]]): Item {
        return items[this.below(items.length)] ?? items[0];
    }

    times<Item>(limit: number, make: () => Item): Item[] {
        return Array.from({ length: this.below(limit + 1) }, make);
    }
}
