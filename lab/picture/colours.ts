/** The colours that pictures in the lab are made of: they survive every codec. */
export const COLOURS = {
    red: [255, 0, 0],
    green: [0, 255, 0],
    blue: [0, 0, 255],
    yellow: [255, 255, 0],
    cyan: [0, 255, 255],
    magenta: [255, 0, 255],
    white: [255, 255, 255],
    black: [0, 0, 0],
} as const satisfies Readonly<Record<string, readonly [number, number, number]>>;

export type Colour = keyof typeof COLOURS;

/** Red, green and blue of one place in a picture, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** The colour that a place in a decoded picture was painted with. */
export function nearestColour(place: Rgb): Colour {
    const names = Object.keys(COLOURS) as Colour[];
    return names.reduce((best, name) =>
        distance(place, COLOURS[name]) < distance(place, COLOURS[best]) ? name : best,
    );
}

function distance(one: Rgb, other: Rgb): number {
    return one.reduce((sum, value, index) => sum + (value - (other[index] ?? 0)) ** 2, 0);
}
