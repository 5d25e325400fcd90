import { isIPv6 } from "node:net";

/** A link-local address without its zone (`fe80::1%eth0`), which means something on this machine only and has no place in a message (RFC 4007 11.2, RFC 3261 25.1). */
export function withoutZone(address: string): string {
    const percent = address.indexOf("%");
    return percent === -1 ? address : address.slice(0, percent);
}

/** The IPv4 address an IPv4-mapped one (`::ffff:192.0.2.1`) stands for: our sockets for IPv6 do not lead there. Other addresses come back as they are. */
export function unmapped(address: string): string {
    if (!isIPv6(address) || address.includes("%")) return address;
    // written in one way only: https://url.spec.whatwg.org/#concept-ipv6-serializer
    const { hostname } = new URL(`sip://[${address}]`);
    const prefix = "[::ffff:";
    if (!hostname.startsWith(prefix)) return address;
    const groups = hostname.slice(prefix.length, -1).split(":");
    if (groups.length !== 2) return address;
    return groups
        .map((group) => Number.parseInt(group, 16))
        .flatMap((group) => [group >>> 8, group & 0xff])
        .join(".");
}
