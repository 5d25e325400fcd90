import { expect, it } from "vitest";
import { isPublic } from "../../../lib/sip-server/ipAddresses.ts";

it.each([
    ["127.0.0.1", false],
    ["10.1.2.3", false],
    ["169.254.169.254", false],
    ["100.100.100.200", false],
    ["0.0.0.0", false],
    ["192.0.2.1", false],
    ["239.1.2.3", false],
    ["255.255.255.255", false],
    ["::1", false],
    ["::", false],
    ["::ffff:192.168.1.1", false],
    ["::ffff:8.8.8.8", true],
    ["fd00::1", false],
    ["fe80::1", false],
    ["64:ff9b::7f00:1", false],
    ["2002:7f00:1::", false],
    ["2001:0:1::", false],
    ["8.8.8.8", true],
    ["2606:4700::1111", true],
    ["matrix.example", false],
])("whether %s is on the public internet: %s", (address, expected) => {
    expect(isPublic(address)).toBe(expected);
});
