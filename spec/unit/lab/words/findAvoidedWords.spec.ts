import { describe, expect, it } from "vitest";
import { findAvoidedWords } from "../../../../lab/words/findAvoidedWords.ts";

/** Joined here, so that this file does not contain the words. */
const UNKNOWN = ["stran", "ger"].join("");
const SIMULTANEOUS = ["at", "once"].join(" ");

describe("findAvoidedWords", () => {
    it("returns the word, its line and its replacement", () => {
        const found = findAvoidedWords(`first line\nrejects every ${UNKNOWN}\n`);

        expect(found).toEqual([{ line: 2, word: UNKNOWN, instead: "unknown peer" }]);
    });

    it("finds a word within an identifier", () => {
        const [found] = findAvoidedWords(`const policyFor${["Stran", "ger"].join("")} = 1;`);

        expect(found?.instead).toBe("unknown peer");
    });

    it("finds a phrase that a line break in a comment divides", () => {
        const found = findAvoidedWords(`    // rings ${SIMULTANEOUS.replace(" ", "\n    // ")}\n`);

        expect(found).toEqual([{ line: 1, word: SIMULTANEOUS, instead: "immediately, or at the same time" }]);
    });

    it("returns nothing for words that only contain an avoided one by chance", () => {
        expect(findAvoidedWords("Bearer recommended, SHALL amend, bearing dieselpunk")).toEqual([]);
    });

    it("returns what is found in the order of lines", () => {
        const found = findAvoidedWords(`${SIMULTANEOUS}\n${UNKNOWN}\n${SIMULTANEOUS}`);

        expect(found.map(({ line }) => line)).toEqual([1, 2, 3]);
    });
});
