import { expect, test } from "vitest";
import { numberFrom, wholeNumberFrom } from "../../../lab/commandLine.ts";

test.each(["1", "7", "10"])("takes %j for a count up to ten", (text) => {
    expect(wholeNumberFrom(1, 10)(text)).toBe(Number(text));
});

test.each(["0", "11", "-1", "1e9", "2.5", "", " ", "many", "7 a", "NaN", "Infinity"])(
    "refuses %j for a count up to ten, and says what it wants",
    (text) => {
        expect(() => wholeNumberFrom(1, 10)(text)).toThrow("It must be a whole number from 1 to 10.");
    },
);

test("takes a fraction where nothing is counted", () => {
    expect(numberFrom(0, 100)("2.5")).toBe(2.5);
    expect(() => numberFrom(0, 100)("100.1")).toThrow("It must be a number from 0 to 100.");
});
