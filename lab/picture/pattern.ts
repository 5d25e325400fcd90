import { nearestColour, type Colour, type Rgb } from "./colours.ts";

/**
 * What the lab's cameras show: the upper part is one colour, which says whose camera it is; in the lower part a white block on
 * black moves from left to right every two seconds, which says that the picture is not an old one.
 */
export const PATTERN = { upperPart: 0.6, blockWidth: 0.1, periodMs: 2_000 } as const;

/** What a picture shows, in the terms of the pattern. */
export interface Picture {
    /** At the left, in the middle and at the right of the upper part. */
    readonly colours: readonly [Colour, Colour, Colour];
    /** Where the block is, from 0 at the left to 1; null if there is none. */
    readonly block: number | null;
}

/** Reads a picture through the colour of its places; `x` and `y` go from 0 to 1. */
export function readPicture(at: (x: number, y: number) => Rgb): Picture {
    const colour = (x: number): Colour => nearestColour(at(x, PATTERN.upperPart / 2));
    const lower = (1 + PATTERN.upperPart) / 2;
    const white = Array.from({ length: 50 }, (_, step) => (step + 0.5) / 50).filter(
        (x) => nearestColour(at(x, lower)) === "white",
    );
    const [first] = white;
    return { colours: [colour(0.1), colour(0.5), colour(0.9)], block: first ?? null };
}
