/** Random numbers from a seed: the same seed gives the same run (mulberry32). */
export class Random {
    #state: number;
    readonly #slipChance: number;

    /** `slipChance`: see {@link slips}. */
    constructor(seed: number, slipChance = 0.01) {
        this.#state = seed >>> 0;
        this.#slipChance = slipChance;
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

    /** Whether who follows a grammar makes a mistake now: with the chance of slips, or so many times that. */
    slips(times = 1): boolean {
        return this.chance(times * this.#slipChance);
    }

    /** Other numbers, for one who makes more or fewer mistakes: none by 0. */
    withSlips(chance: number): Random {
        return new Random(this.below(2 ** 32), chance);
    }

    pick<Item>(items: readonly [Item, ...Item[]]): Item {
        return items[this.below(items.length)] ?? items[0];
    }

    times<Item>(limit: number, make: () => Item): Item[] {
        return Array.from({ length: this.below(limit + 1) }, make);
    }
}
