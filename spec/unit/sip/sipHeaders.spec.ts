import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
    formatNameAddress,
    parseNameAddress,
    parseReasons,
    parseUri,
    splitValues,
    tokensOf,
} from "../../../lib/sip/sipHeaders.ts";

test.each([
    ["a, b", ["a", "b"]],
    ['"x, y" <sip:a@b>, <sip:c@d;p=1,2>', ['"x, y" <sip:a@b>', "<sip:c@d;p=1,2>"]],
    ['"x \\", y" <sip:a@b>,c', ['"x \\", y" <sip:a@b>', "c"]],
    [" , ", []],
    ["", []],
])("splits %j", (header, values) => {
    expect(splitValues(header)).toEqual(values);
});

test("tokens are compared in lower case, and an absent header has none", () => {
    expect([...tokensOf("100rel, Timer")]).toEqual(["100rel", "timer"]);
    expect([...tokensOf(undefined)]).toEqual([]);
    expect([...tokensOf("id; critical", ";")]).toEqual(["id", "critical"]);
});

test.each([
    ["<sip:a@b>;tag=1", { uri: "sip:a@b" }, { tag: "1" }],
    ["sip:a@b;tag=1", { uri: "sip:a@b" }, { tag: "1" }],
    ['"Al \\"x\\" \\\\" <sip:a@b;user=phone>', { displayName: 'Al "x" \\', uri: "sip:a@b;user=phone" }, {}],
    ["Al B <sip:a@b>", { displayName: "Al B", uri: "sip:a@b" }, {}],
    ['"<sip:evil@x>" <sip:a@b>', { displayName: "<sip:evil@x>", uri: "sip:a@b" }, {}],
    ['"a\u202eb\u0007" <sip:a@b>', { displayName: "a b", uri: "sip:a@b" }, {}],
    ['"a\u2028b\u200bc\ufeff" <sip:a@b>', { displayName: "a b c", uri: "sip:a@b" }, {}],
    ['"" <tel:+1>', { uri: "tel:+1" }, {}],
    ["<sip:a@b>, <sip:c@d>", { uri: "sip:a@b" }, {}],
])("reads the address %j", (header, expected, params) => {
    const parsed = parseNameAddress(header);
    expect(parsed).toMatchObject(expected);
    expect(parsed?.displayName).toBe("displayName" in expected ? expected.displayName : undefined);
    expect(Object.fromEntries(parsed?.params ?? [])).toEqual(params);
});

test.each(["", "<>", "a b c", "<sip:a@b", ","])("finds no address in %j", (header) => {
    expect(parseNameAddress(header)).toBeUndefined();
});

test("a name is cut to what people read", () => {
    expect(parseNameAddress(`"${"x".repeat(1000)}" <sip:a@b>`)?.displayName).toHaveLength(100);
    expect(parseNameAddress(`"x${"\u{1f600}".repeat(1000)}" <sip:a@b>`)?.displayName?.isWellFormed()).toBe(true);
});

describe("URIs", () => {
    test.each([
        ["sip:a@b", { scheme: "sip", user: "a", host: "b" }],
        ["SIPS:a:secret@B.Example:5061;transport=tcp?x=y", { scheme: "sips", user: "a", host: "b.example" }],
        ["sip:a@[2001:db8::1]:5060", { scheme: "sip", user: "a", host: "[2001:db8::1]" }],
        ["sip:b", { scheme: "sip", host: "b" }],
        ["sip:+1;phone-context=x@b", { scheme: "sip", user: "+1;phone-context=x", host: "b" }],
        ["tel:+1-2;ext=3", { scheme: "tel", user: "+1-2" }],
    ])("%s", (uri, expected) => {
        expect(parseUri(uri)).toMatchObject(expected);
    });

    test("have parameters", () => {
        expect(Object.fromEntries(parseUri("sip:+1@b;user=phone;lr")?.params ?? [])).toEqual({ user: "phone", lr: "" });
        expect(Object.fromEntries(parseUri("tel:12;phone-context=+44")?.params ?? [])).toEqual({
            "phone-context": "+44",
        });
    });

    test.each(["", "mailto:a@b", "sip:", "sip:@", "tel:", "a@b", "urn:service:sos"])("not %j", (uri) => {
        expect(parseUri(uri)).toBeUndefined();
    });
});

test("reads every Reason", () => {
    expect(parseReasons('Q.850;cause=16;text="Terminated, normally", sip ; cause=200')).toEqual([
        { protocol: "Q.850", cause: 16, text: "Terminated, normally" },
        { protocol: "SIP", cause: 200 },
    ]);
    expect(parseReasons("Q.850")).toEqual([{ protocol: "Q.850" }]);
    expect(parseReasons(undefined)).toEqual([]);
});

test("whatever a name is, it comes back as it was written, without control characters", () => {
    fc.assert(
        fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (name) => {
            const header = formatNameAddress(name, "sip:a@b");
            const parsed = parseNameAddress(header);
            expect(parsed?.uri).toBe("sip:a@b");
            expect(formatNameAddress(parsed?.displayName, "sip:a@b")).toBe(header);
            expect(header).not.toMatch(/[\r\n\0]/);
        }),
    );
});

test("no header, however odd, makes a parser throw", () => {
    fc.assert(
        fc.property(fc.string({ maxLength: 200 }), (text) => {
            splitValues(text);
            parseNameAddress(text);
            parseUri(text);
            parseReasons(text);
        }),
    );
});
