import { isIP, isIPv4 } from "node:net";
import type { Clock } from "../Clock.ts";
import type { SipUri } from "../sip/SipUri.ts";
import { defaultPorts } from "../transport/defaultPorts.ts";
import { unmapped } from "../transport/ipAddress.ts";
import type { Protocol, Target } from "../transport/SipTransport.ts";
import { CachingDnsClient } from "./CachingDnsClient.ts";
import { chooseRoute, serviceName, servicesOf } from "./chooseTransport.ts";
import type { DnsAnswer, DnsClient, SrvRecord } from "./DnsClient.ts";
import { GreyList } from "./GreyList.ts";
import type { Hosts } from "./hostsFile.ts";
import { nodeDnsClient } from "./nodeDnsClient.ts";
import { orderServers } from "./orderServers.ts";
import type { Resolution, Resolver } from "./Resolver.ts";

export interface ResolverOptions {
    readonly clock: Clock;
    /** Asked before DNS; a name found here is looked up nowhere else, and goes by default ports without SRV. */
    readonly hosts: Hosts;
    /** Protocols we can send by. */
    readonly protocols: readonly Protocol[];
    /** Those we choose from where a URI leaves it open; all of `protocols` if left out. */
    readonly chosenFrom?: readonly Protocol[];
    /** Address families we can send by. */
    readonly families: readonly (4 | 6)[];
    /** Name servers (`address` or `address:port`) for NAPTR and SRV; the system's if empty. */
    readonly nameServers: readonly string[];
    /** Timeout of one attempt at a name server, in ms; there are two, the second with twice the timeout. */
    readonly dnsTimeoutMs: number;
    /** Life of DNS records found, in ms. */
    readonly dnsFoundMs: number;
    /** Life of missing records and failures, in ms. */
    readonly dnsMissingMs: number;
    /** DNS answers of each type remembered. */
    readonly dnsMaxAnswers: number;
    /** How long a target that failed comes last, in ms. */
    readonly greyListMs: number;
    /** Targets of one resolution; what comes after is left out. */
    readonly maxTargets: number;
    /** Numbers from 0 to 1 for the choice by weight. */
    readonly random: () => number;
}

const defaultResolverOptions: Omit<ResolverOptions, "clock"> = {
    hosts: new Map(),
    protocols: ["udp", "tcp", "tls", "ws", "wss"],
    families: [4, 6],
    nameServers: [],
    dnsTimeoutMs: 1_000,
    dnsFoundMs: 60_000,
    dnsMissingMs: 5_000,
    dnsMaxAnswers: 5_000,
    greyListMs: 600_000,
    maxTargets: 16,
    random: Math.random,
};

const maxGreyTargets = 1_000;

/** A server to go to, of which the address is still to be found. */
interface Server {
    readonly host: string;
    readonly port: number;
    readonly protocol: Protocol;
}

/** RFC 3263 over DNS, with a hosts map before it. */
export class SipResolver implements Resolver {
    readonly #options: ResolverOptions;
    readonly #dns: DnsClient;
    readonly #greyList: GreyList;

    /** `dns` is asked instead of the name servers. */
    constructor(options: Partial<ResolverOptions> & { readonly clock: Clock }, dns?: DnsClient) {
        this.#options = { ...defaultResolverOptions, ...options };
        const { clock, nameServers, dnsTimeoutMs, dnsFoundMs, dnsMissingMs, dnsMaxAnswers, greyListMs } = this.#options;
        const client = dns ?? nodeDnsClient({ clock, servers: nameServers, timeoutMs: dnsTimeoutMs, tries: 2 });
        const life = { foundMs: dnsFoundMs, missingMs: dnsMissingMs, maxAnswers: dnsMaxAnswers };
        this.#dns = new CachingDnsClient(client, { clock, ...life });
        this.#greyList = new GreyList(clock, greyListMs, maxGreyTargets);
    }

    async resolve(uri: SipUri): Promise<Resolution> {
        const route = chooseRoute(uri, (host) => this.#options.hosts.has(host));
        switch (route.kind) {
            case "impossible":
                return { ok: false, reason: route.reason };
            case "direct":
                return this.#targetsOf([route], uri.host);
            case "service": {
                const servers = await this.#serversOf(serviceName(route.protocol, route.host), route.protocol);
                return this.#targetsOf(servers ?? [this.#bareServer(route.host, route.protocol)], route.host);
            }
            case "discover":
                return this.#targetsOf(await this.#discover(route.host, route.secure), route.host);
        }
    }

    reportFailure(target: Target): void {
        this.#greyList.add(target);
    }

    reportSuccess(target: Target): void {
        this.#greyList.remove(target);
    }

    /** NAPTR, else SRV of every protocol we speak, else the bare name. The questions go out together: their answers are mostly "none". */
    async #discover(host: string, secure: boolean): Promise<Server[]> {
        const { protocols, chosenFrom = protocols } = this.#options;
        const usable = (protocol: Protocol): boolean =>
            chosenFrom.includes(protocol) && (!secure || protocol === "tls");
        const guesses = (["udp", "tcp", "tls"] as const).filter(usable);
        const [naptr, ...bySrv] = await Promise.all([
            this.#dns.naptr(host),
            ...guesses.map((protocol) => this.#serversOf(serviceName(protocol, host), protocol)),
        ]);
        const services = naptr.kind === "found" ? servicesOf(naptr.records, usable) : [];
        const byNaptr = await Promise.all(
            services.map(({ protocol, service }) => this.#serversOf(service.toLowerCase(), protocol)),
        );
        const servers = [byNaptr, bySrv].map((found) => found.flatMap((some) => some ?? []));
        const found = servers.find((some) => some.length > 0);
        const bare = this.#bareServer(host, secure ? "tls" : "udp");
        // records of none but the root say that there is no such service, by an address neither (RFC 2782)
        const isDenied = bySrv[guesses.findIndex((protocol) => protocol === bare.protocol)] !== undefined;
        return found ?? (isDenied ? [] : [bare]);
    }

    /** The servers SRV records name, in the order to try; undefined if there are no records. */
    async #serversOf(service: string, protocol: Protocol): Promise<Server[] | undefined> {
        const { random, maxTargets } = this.#options;
        const answer: DnsAnswer<SrvRecord> = await this.#dns.srv(service);
        if (answer.kind !== "found") return undefined;
        return orderServers(answer.records, random, maxTargets).map(({ name, port }) => ({
            host: name.toLowerCase(),
            port,
            protocol,
        }));
    }

    #bareServer(host: string, protocol: Protocol): Server {
        return { host, port: defaultPorts[protocol], protocol };
    }

    /** Looks the addresses up. The certificate is to name `domain`, what was asked for, not what DNS made of it (RFC 5922 7.3). */
    async #targetsOf(servers: readonly Server[], domain: string): Promise<Resolution> {
        const { maxTargets, families, protocols } = this.#options;
        const usable = servers.filter(({ protocol }) => protocols.includes(protocol)).slice(0, maxTargets);
        if (usable.length === 0) return { ok: false, reason: `no supported protocol leads to ${domain}` };
        const answers = await Promise.all(usable.map(({ host }) => this.#addressesOf(host)));
        const targets = usable.flatMap(({ port, protocol }, index) => {
            const answer = answers[index];
            if (answer?.kind !== "found") return [];
            return answer.records
                .map(unmapped)
                .filter((address) => families.includes(isIPv4(address) ? 4 : 6))
                .map((address): Target => {
                    const name = isIP(domain) === 0 ? { serverName: domain } : {};
                    return { protocol, address, port, ...name };
                });
        });
        const [first, ...rest] = this.#greyList.lastInOrder(targets.slice(0, maxTargets));
        if (first !== undefined) return { ok: true, targets: [first, ...rest] };
        const failure = answers.find((answer) => answer.kind === "failed");
        return { ok: false, reason: `no address for ${domain}${failure === undefined ? "" : ` (${failure.reason})`}` };
    }

    async #addressesOf(host: string): Promise<DnsAnswer<string>> {
        if (isIP(host) !== 0) return { kind: "found", records: [host] };
        const fixed = this.#options.hosts.get(host);
        return fixed === undefined ? this.#dns.addresses(host) : { kind: "found", records: fixed };
    }
}
