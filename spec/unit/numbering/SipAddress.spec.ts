import { describe, expect, it } from "vitest";
import { canonicalHost, hostOf, parseSipAddress, userOf } from "../../../lib/numbering/SipAddress.ts";

describe("parseSipAddress", () => {
    it.each([
        ["bob@pbx.example", "bob@pbx.example"],
        [" bob@pbx.example ", "bob@pbx.example"],
        ["sip:bob@PBX.Example", "bob@pbx.example"],
        ["SIPS:bob@pbx.example:5061;transport=tls", "bob@pbx.example"],
        ["sip:bob@pbx.example?subject=hi", "bob@pbx.example"],
        ["sip:bob:password@pbx.example", "bob@pbx.example"],
        ["sip:bob@pbx.example.", "bob@pbx.example"],
        ["sip:Bob@192.0.2.1:5060", "Bob@192.0.2.1"],
        ["sip:bob@[2001:DB8::1]:5060", "bob@[2001:db8::1]"],
        ["sip:%62ob%2Ejones@pbx.example", "bob.jones@pbx.example"],
        ["sip:bob%40home@pbx.example", "bob%40home@pbx.example"],
        ["sip:bob%c3%b6@pbx.example", "bob%C3%B6@pbx.example"],
        ["sip:+44;phone-context=x@pbx.example;user=phone", "+44;phone-context=x@pbx.example"],
    ])("reads %j as %s", (text, address) => {
        expect(parseSipAddress(text)).toBe(address);
    });

    it.each([
        "",
        "bob",
        "sip:pbx.example",
        "@pbx.example",
        "bob@",
        "bob@home@pbx.example",
        "bob smith@pbx.example",
        "bob@pbx example",
        "bob@pbx.example/path",
        "bob@-pbx",
        "bob%4@pbx.example",
        "bob%@pbx.example",
        "bob%0d%0aRoute@pbx.example",
        "bob%00@pbx.example",
        "bob%7f@pbx.example",
        "böb@pbx.example",
        "<sip:bob@pbx.example>",
        `${"b".repeat(128)}@pbx.example`,
    ])("refuses %j", (text) => {
        expect(parseSipAddress(text)).toBeUndefined();
    });

    it("tells user and host apart", () => {
        const address = parseSipAddress("sip:bob%40home@pbx.example");
        expect(address && [userOf(address), hostOf(address)]).toEqual(["bob%40home", "pbx.example"]);
    });
});

describe("canonicalHost", () => {
    it.each([
        ["PBX.Example.", "pbx.example"],
        ["192.0.2.1", "192.0.2.1"],
        ["0xC0.0.0x2.1", "192.0.2.1"],
        ["3221225985", "192.0.2.1"],
        ["[2001:DB8:0:0::1]", "[2001:db8::1]"],
        ["[::ffff:192.0.2.1]", "192.0.2.1"],
        ["[::FFFF:C000:0201]", "192.0.2.1"],
        ["1.2.3.400", "1.2.3.400"],
    ])("writes %s as %s", (text, host) => {
        expect(canonicalHost(text)).toBe(host);
    });

    it.each(["", "-pbx", "pbx example", "m%61trix.example", "[::1", "[12345::1]"])("rejects %j", (text) => {
        expect(canonicalHost(text)).toBeUndefined();
    });
});
