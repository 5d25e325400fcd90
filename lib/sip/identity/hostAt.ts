import { canonicalHost } from "../../numbering/SipAddress.ts";

/** The host, in canonical form, that a source address is. @param address an IP address, IPv6 without brackets */
export function hostAt(address: string): string {
    return canonicalHost(address.includes(":") ? `[${address}]` : address) ?? address;
}
