import { BlockList, isIP } from "node:net";
import type { SipSource } from "./SipStack.ts";
import type { SipTrunk } from "./SipTrunk.ts";

/** What is done with a request by where it comes from. */
export type Admission =
    | { readonly verdict: "allow"; readonly trunk: SipTrunk }
    /** 403: the sender learns that somebody is here. */
    | { readonly verdict: "refuse" }
    /** No answer: for scanners, which come back to whoever answers. */
    | { readonly verdict: "drop" };

export type StrangerPolicy = "refuse" | "drop";

/** The peers by address, built once from the configuration. Addresses and networks in it have been checked. */
export class PeerTable {
    readonly #peers: readonly { readonly trunk: SipTrunk; readonly addresses: BlockList }[];

    constructor(trunks: readonly SipTrunk[]) {
        this.#peers = trunks.map((trunk) => ({ trunk, addresses: addressesOf(trunk) }));
    }

    /** The first trunk, in the operator's order, that may call from this address. */
    trunkAt(address: string): SipTrunk | undefined {
        const family = isIP(address);
        if (family === 0) return undefined;
        // an IPv4 address in IPv6 clothes (::ffff:192.0.2.1) is found among the IPv4 ones: BlockList sees to it
        return this.#peers.find((peer) => peer.addresses.check(address, family === 4 ? "ipv4" : "ipv6"))?.trunk;
    }
}

export function admitInvite(peers: PeerTable, source: SipSource, strangers: StrangerPolicy): Admission {
    const trunk = peers.trunkAt(source.address);
    return trunk === undefined ? { verdict: strangers } : { verdict: "allow", trunk };
}

function addressesOf(trunk: SipTrunk): BlockList {
    const list = new BlockList();
    for (const entry of trunk.addresses) {
        const [address = "", prefix] = entry.split("/");
        const family = isIP(address) === 6 ? "ipv6" : "ipv4";
        if (prefix === undefined) list.addAddress(address, family);
        else list.addSubnet(address, Number(prefix), family);
    }
    return list;
}
