import { describe, expect, it } from "vitest";
import { formatHostPort, parseEndpoint, parseHostPort, parseSipListener } from "../../../lib/config/HostPort.ts";

describe("parseHostPort", () => {
    it.each([
        ["pbx.example", { host: "pbx.example" }],
        ["pbx.example:5060", { host: "pbx.example", port: 5060 }],
        ["_sip._udp.carrier.example", { host: "_sip._udp.carrier.example" }],
        ["192.0.2.1:65535", { host: "192.0.2.1", port: 65535 }],
        ["[2001:db8::1]", { host: "2001:db8::1" }],
        ["[2001:db8::1]:5060", { host: "2001:db8::1", port: 5060 }],
    ])("reads %s, and writes it again", (text, parsed) => {
        expect(parseHostPort(text)).toEqual(parsed);
        expect(formatHostPort(parsed)).toBe(text);
    });

    it.each([
        "",
        ":5060",
        "pbx.example:",
        "pbx.example:0",
        "pbx.example:65536",
        "pbx.example:x",
        "2001:db8::1",
        "[pbx.example]:5060",
        "[192.0.2.1]",
        "300.1.1.1",
        "1234",
        "-pbx.example",
        "pbx..example",
        "pbx example",
        "sip:pbx.example",
    ])("refuses %j", (text) => {
        expect(parseHostPort(text)).toBeUndefined();
    });
});

describe("parseEndpoint", () => {
    it("insists on a port", () => {
        expect(parseEndpoint("127.0.0.1")).toBeUndefined();
        expect(parseEndpoint("127.0.0.1:2223")).toEqual({ host: "127.0.0.1", port: 2223 });
    });
});

describe("parseSipListener", () => {
    it.each([
        ["udp:0.0.0.0:5060", { transport: "udp", address: "0.0.0.0", port: 5060 }],
        ["tcp:[::1]:5061", { transport: "tcp", address: "::1", port: 5061 }],
        ["tls:0.0.0.0:5061", { transport: "tls", address: "0.0.0.0", port: 5061 }],
        ["ws:127.0.0.1:80", { transport: "ws", address: "127.0.0.1", port: 80 }],
        ["wss:[::]:443", { transport: "wss", address: "::", port: 443 }],
    ])("reads %s", (text, listener) => {
        expect(parseSipListener(text)).toEqual(listener);
    });

    it.each(["", "udp", "udp:5060", "udp:127.0.0.1", "udp:localhost:5060", "sctp:127.0.0.1:5060", "127.0.0.1:5060"])(
        "refuses %j",
        (text) => {
            expect(parseSipListener(text)).toBeUndefined();
        },
    );
});
