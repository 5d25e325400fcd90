import { isIPv6 } from "node:net";

const IPV4_MAPPED = /^::ffff:([0-9.]+)$/i;

/** What of an IP address is one subscriber's: an IPv4 address, the /64 of an IPv6 address, of which each has as many as they like. */
export function networkOf(address: string): string {
    const mapped = IPV4_MAPPED.exec(address)?.[1];
    if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
    const [before = "", after = ""] = address.toLowerCase().split("%")[0]?.split("::", 2) ?? [];
    const head = before.split(":").filter((group) => group !== "");
    const tail = after.split(":").filter((group) => group !== "");
    const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => "0");
    return `${[...head, ...zeros, ...tail].slice(0, 4).join(":")}::/64`;
}
