/** A number from 0 to 1, without 1. */
export type Random = () => number;

/** Mulberry32: chance that is the same on every run and every machine. */
export function generator(seed: number): Random {
    let state = seed + 1;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    };
}
