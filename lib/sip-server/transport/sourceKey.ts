import { isIPv6 } from "node:net";

/** Under what a source is counted: its IPv4 address, or the /64 of an IPv6 address, since that is what one subscriber has. */
export function sourceKey(address: string): string {
    if (!isIPv6(address)) return address;
    const [before = "", after] = address.split("::", 2);
    const head = before.split(":").filter((group) => group !== "");
    const tail = after === undefined ? [] : after.split(":").filter((group) => group !== "");
    const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => "0");
    return `${[...head, ...zeros, ...tail].slice(0, 4).join(":").toLowerCase()}::/64`;
}
