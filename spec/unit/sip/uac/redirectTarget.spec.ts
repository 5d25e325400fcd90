import { expect, test } from "vitest";
import { mayFollow } from "../../../../lib/sip/uac/redirectTarget.ts";

const trunk = { defaultCountry: "GB" } as const;

test.each([
    ["the number that was dialled, at another host", "sip:+442071838750@other.example;user=phone", true],
    ["a number the caller may dial", "sip:+442079460101@carrier.example", true],
    ["a number the caller may dial, written as at home", "sip:02079460101@carrier.example", true],
    ["a number the caller may not dial", "sip:+19005550123@carrier.example", false],
    ["that number with a prefix of calls abroad", "sip:0019005550123@carrier.example", false],
    ["a code the caller may not dial", "sip:*21*19005550123%23@carrier.example", false],
    ["a name, which is no number", "sip:alice@elsewhere.example", true],
    ["a name that contains digits", "sip:1234567e0@carrier.example", true],
    ["a host without a user", "sip:edge.carrier.example", true],
    ["digits that are no number, with a needless plus", "sip:+000900123456@carrier.example", false],
    ["a number in escapes, with one zero too many", "sip:%2B0%30019005550123@carrier.example", false],
    ["digits that are no number abroad", "sip:001900555@carrier.example", false],
    ["digits with a letter behind them", "sip:+19005550123x@carrier.example", false],
    ["letters that are to be dialled", "sip:1-900-CALLNOW@carrier.example;user=phone", false],
    ["more digits than a number has", "sip:00190055501230000000000000000000000@carrier.example", false],
    ["a tel: URI the caller may dial", "tel:+442079460101", true],
    ["a tel: URI the caller may not dial", "tel:+19005550123", false],
    ["a tel: URI without a number", "tel:alice", false],
    ["nothing that could be called", "mailto:alice@elsewhere.example", false],
])("a redirect to %s", (_, to, followed) => {
    const redirect = { to, sent: "sip:+442071838750@carrier.example;user=phone", trunk };
    const mayDial = ({ kind, ...party }: { kind: string; number?: string }): boolean =>
        kind === "number" && party.number?.startsWith("+44") === true;
    expect(mayFollow(redirect, mayDial)).toBe(followed);
});

test("a number as its trunk wants it written is the one that was dialled", () => {
    const [sent, to] = ["sip:9442071838750@carrier.example", "sip:9442071838750@edge.carrier.example"];
    expect(mayFollow({ to, sent, trunk }, () => false)).toBe(true);
});
