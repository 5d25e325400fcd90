import { expect, test } from "vitest";
import { ContactPolicy } from "../../../../lib/sip/registrar/ContactPolicy.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";

const guard = new ContactPolicy([aTrunk({ addresses: ["192.168.9.0/24", "198.51.100.1"] })]);
const source = { protocol: "tcp", address: "203.0.113.7", port: 50_000 };

test.each([
    ["where it is", "sip:desk@203.0.113.7:5060;transport=tcp", true],
    ["where it is, by IPv4 in IPv6", "sip:desk@[::ffff:203.0.113.7]", true],
    ["nowhere", "sip:desk@f81d4fae.invalid;transport=ws", true],
    ["nowhere, in capitals", "sip:desk@F81D4FAE.INVALID", true],
    ["at home", "sip:desk@192.168.1.7:5060;transport=tcp", true],
    ["at home, by IPv6", "sip:desk@[fd00::7]", true],
    ["at a trunk's name", "sip:+442071838750@carrier.example", false],
    ["at any other name", "sip:+442071838750@pbx.example", false],
    ["at a trunk's address", "sip:+442071838750@198.51.100.1:5060", false],
    ["at the address of a trunk at home", "sip:2001@192.168.9.1", false],
    ["at somebody else's address", "sip:desk@203.0.113.8", false],
    ["at somebody else's address, by IPv6", "sip:desk@[2001:db8::7]", false],
    ["at a trunk's name, hidden behind another", "sip:+442071838750@carrier.example;x=@a.invalid", false],
    ["at a trunk's name, hidden in another", "sip:+442071838750@carrier.example/.invalid", false],
    ["at no host", "sip:desk", false],
])("a Contact %s", (_, uri, isOwn) => {
    expect(guard.isOwn(uri, { source, path: [] }, [])).toBe(isOwn);
});

test("any will do over UDP, which has no connection", () => {
    const datagram = { ...source, protocol: "udp" };
    expect(guard.isOwn("sip:+442071838750@carrier.example", { source: datagram, path: [] }, [])).toBe(true);
});

test("a trusted path leads to any address but a trunk's, and to no name", () => {
    const path = ["sip:edge.example;lr"];
    expect(guard.isOwn("sip:desk@203.0.113.99", { source, path }, [])).toBe(true);
    expect(guard.isOwn("sip:+442071838750@198.51.100.1", { source, path }, [])).toBe(false);
    expect(guard.isOwn("sip:+442071838750@carrier.example", { source, path }, [])).toBe(false);
});

test.each([
    ["somewhere else", "203.0.113.8", "sip:desk@192.168.1.7", false],
    ["somewhere else, written otherwise", "203.0.113.8", "sip:%64esk@192.168.1.7:5070", false],
    ["in the same place", source.address, "sip:desk@192.168.1.7", true],
    ["somewhere else under another name", "203.0.113.8", "sip:hall@192.168.1.7", true],
])("a phone of another account %s", (_, address, theirs, isOwn) => {
    const other = { uri: theirs, callId: "c", sequence: 1, expiresAt: 1, path: [], source: { ...source, address } };
    expect(guard.isOwn("sip:desk@192.168.1.7;transport=tcp", { source, path: [] }, [other])).toBe(isOwn);
});
