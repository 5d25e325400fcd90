import { expect, test } from "vitest";
import { writeNumber, type NumberFormat } from "../../../lib/numbering/NumberFormat.ts";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";

const PLUS: NumberFormat = { style: "plus" };
const DIGITS: NumberFormat = { style: "digits" };
const ABROAD: NumberFormat = { style: "international" };

test.each<[string, NumberFormat, string]>([
    ["+442071838750", PLUS, "+442071838750"],
    ["+442071838750", DIGITS, "442071838750"],
    ["+442071838750", ABROAD, "00442071838750"],
    ["+442071838750", { style: "national", country: "GB" }, "02071838750"],
    ["+12125551234", { style: "national", country: "US" }, "2125551234"],
    ["+390612345678", { style: "national", country: "IT" }, "0612345678"],
    ["+442071838750", { style: "national", country: "DE" }, "00442071838750"],
    ["+442071838750", { style: "national", country: "US" }, "011442071838750"],
    ["+442071838750", { style: "national", country: "RU" }, "810442071838750"],
    ["+442071838750", { style: "national", country: "BR" }, "00442071838750"],
    ["2001", PLUS, "2001"],
    ["2001", DIGITS, "2001"],
    ["*21#", ABROAD, "*21#"],
    ["2001", { style: "national", country: "DE" }, "2001"],
])("%s as %j is %s", (number, format, written) => {
    expect(writeNumber(format, number as PhoneNumber)).toBe(written);
});
