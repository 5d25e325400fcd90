import { describe, expect, it } from "vitest";
import { readListener } from "../../../lib/config/readListener.ts";

describe("readListener", () => {
    it.each([
        ["127.0.0.1:5060", "must begin with a transport, such as udp:127.0.0.1:5060"],
        ["udp:127.0.0.1", "must end with a port, such as udp:127.0.0.1:5060"],
        ["udp:127.0.0.1:sip", "must end with a port from 1 to 65535"],
        ["udp:127.0.0.1:70000", "must end with a port from 1 to 65535"],
        ["tcp:[::1]:0", "must end with a port from 1 to 65535"],
        ["UDP:127.0.0.1:5060", "must be written as udp:127.0.0.1:5060"],
        ["udp://127.0.0.1:5060", "must be written as udp:127.0.0.1:5060"],
        ["udp:2001:db8::1:5060", "must have its IPv6 address in brackets, such as udp:[2001:db8::1]:5060"],
        ["tls:::", "must have its IPv6 address in brackets, such as udp:[2001:db8::1]:5060"],
        ["udp:sip.example.org:5060", "must have an IP address of this machine instead of the name sip.example.org"],
    ])("says which part of %s is wrong", (text, fault) => {
        expect(() => readListener(text)).toThrow(fault);
    });

    it.each(["", "5060", "sctp:127.0.0.1:5060", "udp:", "udp:[x]:1"])("returns undefined for %j", (text) => {
        expect(readListener(text)).toBeUndefined();
    });
});
