import { BlockList, isIPv6 } from "node:net";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import type { Clock } from "../Clock.ts";
import type { HostPort } from "../sip/hostPort.ts";
import { withoutZone } from "./ipAddress.ts";
import type { Binding, Protocol } from "./SipTransport.ts";

/** Addresses of this machine's interfaces; node's `networkInterfaces` in production. */
export type Interfaces = () => NodeJS.Dict<NetworkInterfaceInfo[]>;

/** The interfaces as they were, and what followed from them: asking the system for every datagram would cost too much. */
interface Snapshot {
    readonly takenAt: number;
    readonly addresses: readonly NetworkInterfaceInfo[];
    /** Address to use by remote address. */
    readonly answers: Map<string, string>;
}

const snapshotLifeMs = 5_000;
const maxAnswers = 1_000;

/** The listener to speak to that peer from: same protocol and address family; loopback only to loopback, and to it first. */
export function chooseBinding(
    bindings: readonly Binding[],
    protocol: Protocol,
    remoteAddress: string,
): Binding | undefined {
    const usable = bindings.filter(
        (binding) => binding.protocol === protocol && isIPv6(binding.address) === isIPv6(remoteAddress),
    );
    const toLoopback = isLoopback(remoteAddress);
    return (
        usable.find((binding) => isLoopback(binding.address) === toLoopback && !isWildcard(binding.address)) ??
        usable.find((binding) => isWildcard(binding.address)) ??
        usable[0]
    );
}

/** What this server calls itself: which host and port to write into Via and Contact towards a peer. */
export class LocalAddresses {
    readonly #localNetworks: BlockList;
    readonly #clock: Clock;
    readonly #interfaces: Interfaces;
    #snapshot: Snapshot | undefined;

    /** `localNetworks`: addresses and CIDR networks whose peers reach us at our real address. Throws for anything else. */
    constructor(clock: Clock, localNetworks: readonly string[], interfaces: Interfaces = networkInterfaces) {
        this.#clock = clock;
        this.#localNetworks = networkList(localNetworks);
        this.#interfaces = interfaces;
    }

    /** Host and port of a binding as that peer sees it. `socketAddress`: our end of a connection to it, if there is one. */
    sentBy(binding: Binding, remoteAddress: string, socketAddress?: string): Required<HostPort> {
        const { advertised } = binding;
        if (advertised !== undefined && !this.#isLocalPeer(remoteAddress)) {
            return { host: advertised.host, port: advertised.port ?? binding.port };
        }
        const bound = isWildcard(binding.address) ? undefined : binding.address;
        const host = bound ?? socketAddress ?? this.#addressTowards(remoteAddress);
        return { host: withoutZone(host), port: binding.port };
    }

    /** True if the binding is reached by that host, be it a wildcard's or its advertised one. */
    isHostOf(binding: Binding, host: string): boolean {
        if (host === binding.address || host === binding.advertised?.host) return true;
        return isWildcard(binding.address) && this.#current().addresses.some(({ address }) => address === host);
    }

    /** The interface address in the peer's network, else the first that leads out. */
    #addressTowards(remoteAddress: string): string {
        const { addresses, answers } = this.#current();
        const known = answers.get(remoteAddress);
        if (known !== undefined) return known;
        const family = isIPv6(remoteAddress) ? "IPv6" : "IPv4";
        const candidates = addresses.filter((candidate) => candidate.family === family);
        const sameNetwork = candidates.find(({ cidr }) => cidr !== null && isWithin(cidr, remoteAddress));
        const leadsOut = candidates.find(({ internal, address }) => !internal && !isLinkLocal(address));
        const chosen = (sameNetwork ?? leadsOut ?? candidates[0])?.address ?? (family === "IPv6" ? "::1" : "127.0.0.1");
        if (answers.size < maxAnswers) answers.set(remoteAddress, chosen);
        return chosen;
    }

    #current(): Snapshot {
        const now = this.#clock.now();
        if (this.#snapshot === undefined || now - this.#snapshot.takenAt > snapshotLifeMs) {
            const addresses = Object.values(this.#interfaces()).flatMap((some) => some ?? []);
            this.#snapshot = { takenAt: now, addresses, answers: new Map() };
        }
        return this.#snapshot;
    }

    #isLocalPeer(address: string): boolean {
        return isLoopback(address) || this.#localNetworks.check(address, isIPv6(address) ? "ipv6" : "ipv4");
    }
}

export function isWildcard(address: string): boolean {
    return address === "0.0.0.0" || address === "::";
}

function isLoopback(address: string): boolean {
    return address === "::1" || address.startsWith("127.");
}

function isLinkLocal(address: string): boolean {
    return address.startsWith("fe80:") || address.startsWith("169.254.");
}

function isWithin(cidr: string, address: string): boolean {
    return networkList([cidr]).check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

function networkList(networks: readonly string[]): BlockList {
    const list = new BlockList();
    for (const network of networks) {
        const [address = "", prefix] = network.split("/", 2);
        const family = isIPv6(address) ? "ipv6" : "ipv4";
        if (prefix === undefined) list.addAddress(address, family);
        else list.addSubnet(address, Number(prefix), family);
    }
    return list;
}
