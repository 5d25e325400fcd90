/** The value below which the given share of the sample lies (nearest rank); NaN for an empty sample. */
export function quantile(sample: readonly number[], share: number): number {
    const sorted = [...sample].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
