import { BlockList, isIP } from "node:net";
import type { SipSource } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";

/** What is done with a request by where it comes from. */
export type Admission =
    | { readonly verdict: "allow"; readonly peer: SipPeer }
    /** 403: the sender learns that somebody is here. */
    | { readonly verdict: "refuse" }
    /** No response, because scanners return to hosts that respond. */
    | { readonly verdict: "drop" };

export type UnknownPeerPolicy = "refuse" | "drop";

/** The peers by address, built once from the configuration, whose addresses have been checked. */
export class PeerTable {
    readonly #entries: readonly { readonly peer: SipPeer; readonly addresses: BlockList }[];

    constructor(peers: readonly SipPeer[]) {
        this.#entries = peers.map((peer) => ({ peer, addresses: blockListOf(peer.addresses) }));
    }

    /** The first peer, in the operator's order, that may call from this address. */
    peerAt(address: string): SipPeer | undefined {
        const family = isIP(address);
        if (family === 0) return undefined;
        // BlockList matches IPv4-mapped IPv6 addresses (::ffff:192.0.2.1) against the IPv4 entries
        return this.#entries.find((entry) => entry.addresses.check(address, family === 4 ? "ipv4" : "ipv6"))?.peer;
    }
}

export function admitInvite(peers: PeerTable, source: SipSource, unknownPeers: UnknownPeerPolicy): Admission {
    const peer = peers.peerAt(source.address);
    return peer === undefined ? { verdict: unknownPeers } : { verdict: "allow", peer };
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
