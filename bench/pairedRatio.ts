/** A ratio with the range that contains it with a probability of 95 %. */
export interface EstimatedRatio {
    readonly ratio: number;
    readonly least: number;
    readonly most: number;
}

/** Two figures that were measured under the same conditions. */
export interface Pair {
    readonly base: number;
    readonly other: number;
}

/** Student's t for 95 % on both sides, by degrees of freedom from 1. With more of them it is less than the last one. */
const STUDENT_T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145];
const WITH_MORE = 2.131;

/**
 * `other` to `base` over several pairs: the geometric mean of their ratios, and its range from how much they differ. Needs at
 * least two pairs. Pure.
 */
export function pairedRatio(pairs: readonly Pair[]): EstimatedRatio {
    const logarithms = pairs.map(({ base, other }) => Math.log(other / base));
    const mean = sum(logarithms) / logarithms.length;
    const freedom = logarithms.length - 1;
    const variance = sum(logarithms.map((value) => (value - mean) ** 2)) / freedom;
    const half = (STUDENT_T[freedom - 1] ?? WITH_MORE) * Math.sqrt(variance / logarithms.length);
    return { ratio: Math.exp(mean), least: Math.exp(mean - half), most: Math.exp(mean + half) };
}

function sum(values: readonly number[]): number {
    return values.reduce((total, value) => total + value, 0);
}
