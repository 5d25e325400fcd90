import { describe, expect, it } from "vitest";
import { pairedRatio } from "../../../bench/pairedRatio.ts";

describe("pairedRatio", () => {
    it("is the geometric mean of the pairs, whatever their size", () => {
        const { ratio } = pairedRatio([
            { base: 1, other: 2 },
            { base: 100, other: 50 },
        ]);
        expect(ratio).toBeCloseTo(1);
    });

    it("has no uncertainty if all pairs agree", () => {
        const pairs = [4, 7, 9].map((base) => ({ base, other: base * 1.02 }));
        const { ratio, least, most } = pairedRatio(pairs);
        expect([ratio, least, most].map((value) => Math.round(value * 1_000) / 1_000)).toEqual([1.02, 1.02, 1.02]);
    });

    it("widens with the differences between the pairs", () => {
        const { ratio, least, most } = pairedRatio([
            { base: 1, other: Math.exp(0.01) },
            { base: 1, other: Math.exp(0.03) },
        ]);
        // standard error of the mean 0.01, and t for one degree of freedom
        expect(Math.log(ratio)).toBeCloseTo(0.02);
        expect(Math.log(most) - 0.02).toBeCloseTo(0.127_06, 4);
        expect(0.02 - Math.log(least)).toBeCloseTo(0.127_06, 4);
    });
});
