import { BlockList, isIP } from "node:net";
import type { SipPeer } from "../SipTrunk.ts";

/** The peers by source address, built once from the configuration, whose addresses have been checked. */
export class PeerTable {
    readonly #entries: readonly { readonly peer: SipPeer; readonly addresses: BlockList }[];

    constructor(peers: readonly SipPeer[]) {
        this.#entries = peers.map((peer) => ({ peer, addresses: blockListOf(peer.addresses) }));
    }

    /** The first peer, in the operator's order, that may call from this IP address. */
    peerAt(address: string): SipPeer | undefined {
        const family = isIP(address);
        if (family === 0) return undefined;
        // BlockList matches IPv4-mapped IPv6 addresses (::ffff:192.0.2.1) against the IPv4 entries
        return this.#entries.find((entry) => entry.addresses.check(address, family === 4 ? "ipv4" : "ipv6"))?.peer;
    }
}

function blockListOf(addresses: readonly string[]): BlockList {
    const list = new BlockList();
    for (const entry of addresses) {
        const [address = "", prefix] = entry.split("/");
        const family = isIP(address) === 6 ? "ipv6" : "ipv4";
        if (prefix === undefined) list.addAddress(address, family);
        else list.addSubnet(address, Number(prefix), family);
    }
    return list;
}
