import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PatternIndex } from "../../../lib/numbering/PatternIndex.ts";

const matches = (pattern: string, text: string): boolean => new PatternIndex([[pattern, true]]).has(text);

describe("PatternIndex", () => {
    it.each([
        ["2001", "2001"],
        ["*", ""],
        ["*", "+442071838750"],
        ["+44*", "+442071838750"],
        ["+44*", "+44"],
        ["*@pbx.example", "bob@pbx.example"],
        ["@*:matrix.example", "@alice:matrix.example"],
        ["a*b*c", "abc"],
        ["a*b*c", "a1bb2c"],
        ["**x", "x"],
        ["\\*21#", "*21#"],
        ["\\*21*", "*215"],
        ["20??", "2001"],
        ["?0*1?", "20x17"],
        ["\\??", "?1"],
        ["*?@x", "a1@x"],
        ["𝄞*", "𝄞x"],
        ["\\\\*", "\\x"],
        ["\\a", "\\a"],
    ])("%j matches %j", (pattern, text) => {
        expect(matches(pattern, text)).toBe(true);
    });

    it.each([
        ["2001", "20011"],
        ["2001", "12001"],
        ["+44*", "+4"],
        ["*@pbx.example", "bob@pbx.example.net"],
        ["@*:matrix.example", "@alice:matrix-example"],
        ["ab*ba", "aba"],
        ["a*b*c", "acb"],
        ["\\*21#", "x21#"],
        ["", "x"],
        ["20??", "200"],
        ["20??", "20011"],
        ["20??", "20a1"],
        ["*?@x", "a@x"],
        ["\\?", "1"],
    ])("%j does not match %j", (pattern, text) => {
        expect(matches(pattern, text)).toBe(false);
    });

    it("finds exact patterns first, then the longer prefix, then the rest, each in the order given", () => {
        const index = new PatternIndex([
            ["*0", "ends in 0"],
            ["+*", "any"],
            ["+44*", "first country"],
            ["+4420", "exact"],
            ["+44*", "second country"],
            ["+442*", "area"],
        ]);
        expect([...index.find("+4420")]).toEqual([
            "exact",
            "area",
            "first country",
            "second country",
            "any",
            "ends in 0",
        ]);
    });

    it("agrees with a regular expression of the same meaning", () => {
        const pattern = fc.string({ unit: fc.constantFrom(...Array.from("ab*")), maxLength: 8 });
        const text = fc.string({ unit: fc.constantFrom(...Array.from("ab")), maxLength: 10 });
        fc.assert(
            fc.property(pattern, text, (glob, word) => {
                expect(matches(glob, word)).toBe(new RegExp(`^${glob.replaceAll("*", ".*")}$`).test(word));
            }),
        );
    });
});
