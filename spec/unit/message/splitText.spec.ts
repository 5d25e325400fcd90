import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitText } from "../../../lib/message/splitText.ts";

const bytes = (text: string): number => Buffer.byteLength(text);

describe("splitText", () => {
    it("returns a text that fits as it is", () => {
        expect(splitText("Hello, this fits.", 1_300)).toEqual(["Hello, this fits."]);
        expect(splitText("x".repeat(1_300), 1_300)).toEqual(["x".repeat(1_300)]);
    });

    it("splits at the end of words and numbers the parts", () => {
        expect(splitText("one two three four five six seven eight", 32)).toEqual([
            "(1/2) one two three four",
            "(2/2) five six seven eight",
        ]);
    });

    it("prefers the end of a line", () => {
        expect(splitText("first line here\nsecond line is longer", 32)).toEqual([
            "(1/2) first line here",
            "(2/2) second line is longer",
        ]);
    });

    it("splits a long word where it must", () => {
        expect(splitText("x".repeat(50), 32)).toEqual([
            `(1/3) ${"x".repeat(22)}`,
            `(2/3) ${"x".repeat(22)}`,
            `(3/3) ${"x".repeat(6)}`,
        ]);
    });

    it.each([
        ["a family of emoji", "👨‍👩‍👧‍👦"],
        ["a flag", "🇩🇪"],
        ["a letter with combining marks", "e\u0301\u0323"],
        ["a Devanagari conjunct", "क्षि"],
        ["a Hangul syllable of letters", "\u1112\u1161\u11ab"],
    ])("keeps %s whole", (_, character) => {
        const parts = splitText(character.repeat(40), 60);
        for (const part of parts) {
            const text = part.replace(/^\(\d+\/\d+\) /, "");
            expect(text).toBe(character.repeat(text.length / character.length));
        }
    });

    it("divides a character that exceeds a part by itself", () => {
        const letter = `a${"\u0301".repeat(100)}`;
        const parts = splitText(letter, 64);
        expect(parts.map((part) => part.replace(/^\(\d+\/\d+\) /, "")).join("")).toBe(letter);
    });

    it("keeps every part within the limit and every visible character in order", () => {
        const text = fc.string({ unit: "grapheme", maxLength: 400 });
        fc.assert(
            fc.property(text, fc.integer({ min: 32, max: 200 }), (original, limit) => {
                const parts = splitText(original, limit);
                for (const part of parts) expect(bytes(part)).toBeLessThanOrEqual(limit);
                if (parts.length === 1) return;
                const joined = parts.map((part) => part.replace(/^\(\d+\/\d+\) /, "")).join("");
                expect(joined.replace(/\s/gu, "")).toBe(original.replace(/\s/gu, ""));
            }),
        );
    });

    it("takes time in proportion to the text", () => {
        const started = performance.now();
        splitText("word ".repeat(13_000), 1_300);
        expect(performance.now() - started).toBeLessThan(2_000);
    });
});
