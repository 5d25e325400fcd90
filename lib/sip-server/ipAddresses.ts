import { BlockList, isIP } from "node:net";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** RFC 1918, RFC 6598 (carrier-grade NAT), RFC 3927 and RFC 4193. */
const PRIVATE = new BlockList();
PRIVATE.addSubnet("10.0.0.0", 8, "ipv4");
PRIVATE.addSubnet("172.16.0.0", 12, "ipv4");
PRIVATE.addSubnet("192.168.0.0", 16, "ipv4");
PRIVATE.addSubnet("100.64.0.0", 10, "ipv4");
PRIVATE.addSubnet("169.254.0.0", 16, "ipv4");
PRIVATE.addSubnet("fc00::", 7, "ipv6");
PRIVATE.addSubnet("fe80::", 10, "ipv6");

/** What else is not on the public internet (RFC 6890), with translated and tunnelled addresses, and multicast. */
const RESERVED = new BlockList();
RESERVED.addSubnet("0.0.0.0", 8, "ipv4");
RESERVED.addSubnet("192.0.0.0", 24, "ipv4");
RESERVED.addSubnet("192.0.2.0", 24, "ipv4");
RESERVED.addSubnet("198.18.0.0", 15, "ipv4");
RESERVED.addSubnet("198.51.100.0", 24, "ipv4");
RESERVED.addSubnet("203.0.113.0", 24, "ipv4");
RESERVED.addSubnet("224.0.0.0", 3, "ipv4");
RESERVED.addSubnet("::", 127, "ipv6");
RESERVED.addSubnet("64:ff9b::", 96, "ipv6");
RESERVED.addSubnet("100::", 64, "ipv6");
RESERVED.addSubnet("2001::", 32, "ipv6");
RESERVED.addSubnet("2001:db8::", 32, "ipv6");
RESERVED.addSubnet("2002::", 16, "ipv6");
RESERVED.addSubnet("ff00::", 8, "ipv6");

/** Whether an address is one of this machine that no other machine can reach. False for a name. */
export function isLoopback(address: string): boolean {
    return isIn(LOOPBACK, address);
}

/** Whether an address can be reached only within its own network. False for a name. */
export function isPrivate(address: string): boolean {
    return isIn(PRIVATE, address);
}

/** Whether an address is on the public internet. IPv4-mapped IPv6 addresses count as what they map. False for a name. */
export function isPublic(address: string): boolean {
    return isIP(address) !== 0 && ![LOOPBACK, PRIVATE, RESERVED].some((list) => isIn(list, address));
}

function isIn(list: BlockList, address: string): boolean {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
}
