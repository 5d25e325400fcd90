import { describe, expect, it } from "vitest";
import { parseNumberPattern, parseShortCodePattern } from "../../../lib/numbering/NumberPattern.ts";

const context = { defaultCountry: "GB" } as const;

describe("parseNumberPattern", () => {
    it.each([
        ["*", "*"],
        ["+*", "+*"],
        ["+44*", "+44*"],
        ["+44 20*", "+4420*"],
        ["+4420????????", "+4420????????"],
        ["020 7183 8750", "+442071838750"],
        ["2001", "2001"],
        ["2*", "2*"],
        ["20??", "20??"],
        ["\\*\\*610", "\\*\\*610"],
        ["\\*21#", "\\*21#"],
        ["\\*21\\*??#", "\\*21\\*??#"],
        ["*@pbx.example", "*@pbx.example"],
        ["*@PBX.example", "*@pbx.example"],
        ["bob@*.example", "bob@*.example"],
        ["bob*@pbx.example", "bob*@pbx.example"],
        ["20??@pbx.example", "20??@pbx.example"],
        ["Bob@Pbx.example", "Bob@pbx.example"],
    ])("parses %s as %s", (written, pattern) => {
        expect(parseNumberPattern(written, context)).toEqual({ kind: "pattern", pattern });
    });

    it.each([
        ["**610", "'\\*\\*610' for the star key, or one ? for each digit"],
        ["*21*", "'\\*21\\*' for the star key, or one ? for each digit"],
        ["**9", "'\\*\\*9' for the star key, or one ? for each digit"],
        ["*21#", "'\\*21#' for the star key, or one ? for each digit"],
        ["\\*21*", "'\\*21\\*' for the star key, or one ? for each digit"],
        ["+44*20", "'+44\\*20' for the star key, or one ? for each digit"],
        ["2*@pbx.example", "'2\\*@pbx.example' for the star key, or one ? for each digit that follows"],
        ["+44*@pbx.example", "'+44\\*@pbx.example' for the star key, or one ? for each digit that follows"],
    ])("rejects %s, whose star could be the key, and shows the correct forms", (written, forms) => {
        expect(parseNumberPattern(written, context)).toEqual({
            kind: "invalid",
            fault: `is ambiguous, because * is a key of phones and a wildcard; write ${forms}`,
        });
    });

    it.each(["", "alice", "+x*", "+0*", "@pbx.example", "a b@pbx.example", "bob@", "+?*", "x*"])(
        "rejects %j, which matches no number and no address",
        (written) => {
            expect(parseNumberPattern(written, context)).toMatchObject({
                kind: "invalid",
                fault: expect.stringMatching(/^must be a number/) as string,
            });
        },
    );
});

describe("parseShortCodePattern", () => {
    it.each(["112", "2???", "\\*\\*6??", "\\*21#"])("parses %s", (pattern) => {
        expect(parseShortCodePattern(pattern)).toEqual({ kind: "pattern", pattern });
    });

    it.each(["2*", "**610", "+44", "bob", ""])("rejects %j, which has no fixed length or is no code", (written) => {
        expect(parseShortCodePattern(written).kind).toBe("invalid");
    });
});
