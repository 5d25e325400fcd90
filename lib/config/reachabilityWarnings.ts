import { BlockList, isIP } from "node:net";
import type { Config, TrunkConfig } from "./Config.generated.ts";
import { formatPath } from "./configPath.ts";
import { isLoopback, isPrivate } from "./ipAddresses.ts";
import { waysIn } from "./waysIn.ts";

/** Warns about peers, trunks and phones whose calls cannot reach the bridge, or reach it as another sender's. Pure. */
export function reachabilityWarnings(config: Config): string[] {
    return [
        ...mutedTrunks(config),
        ...loopbackListeners(config),
        ...missingPublicAddress(config),
        ...unmappedNumbers(config),
        ...unroutableRegistrations(config),
        ...overlappingSenders(config),
        ...shadowedTrunks(config),
    ];
}

function mutedTrunks({ trunks }: Config): string[] {
    return trunks.flatMap((trunk, index) =>
        waysIn(trunk).length > 0
            ? []
            : [
                  `${formatPath(["trunks", index])}: ${trunk.name} can never call in, because address is a name; set inboundNetworks, register or inboundAuth`,
              ],
    );
}

/** Listeners that senders elsewhere cannot reach. What registers can still be called over its own connection. */
function loopbackListeners(config: Config): string[] {
    const { sip, trunks, accounts } = config;
    if (!listensOnLoopbackOnly(config)) return [];
    const remote = [
        ...sip.peers.filter(({ inboundNetworks }) => inboundNetworks.some(isRemote)).map(({ name }) => `peer ${name}`),
        ...trunks.filter(isRemoteTrunk).map(({ name }) => `trunk ${name}`),
        ...(accounts.length === 0 ? [] : ["phones on other machines"]),
    ];
    if (remote.length === 0) return [];
    return [
        `sip.listen: ${listed(remote)} cannot reach the bridge, because it listens on loopback addresses only; add the address of this machine, such as udp:192.0.2.5:5060`,
    ];
}

function listensOnLoopbackOnly({ sip }: Config): boolean {
    return sip.drachtio === undefined && sip.listen.every(({ address }) => isLoopback(address));
}

function isRemote(network: string): boolean {
    return !isLoopback(network.split("/")[0] ?? "");
}

function isRemoteTrunk({ address, inboundNetworks }: TrunkConfig): boolean {
    return address.some(({ host }) => !isLoopback(host) && host !== "localhost") || inboundNetworks.some(isRemote);
}

function missingPublicAddress({ sip, trunks }: Config): string[] {
    if (sip.drachtio !== undefined || sip.publicAddress !== undefined) return [];
    const wildcard = sip.listen.find(({ address }) => address === "0.0.0.0" || address === "::");
    if (wildcard !== undefined) {
        return [
            `sip.listen: with ${wildcard.address}, the bridge writes the address of the route to each peer into Via and Contact, which is wrong behind NAT; set sip.publicAddress, or listen on one address`,
        ];
    }
    const isInside = sip.listen.every(({ address }) => isPrivate(address) || isLoopback(address));
    const outside = trunks.filter(({ address }) =>
        address.some(({ host }) => isIP(host) !== 0 && !isPrivate(host) && !isLoopback(host) && !isDocumentation(host)),
    );
    return isInside && outside.length > 0 && sip.listen.some(({ address }) => isPrivate(address))
        ? [
              `sip.publicAddress: ${listed(outside.map(({ name }) => `trunk ${name}`))} cannot send requests to a private address; set the public address of your network`,
          ]
        : [];
}

/** Addresses of examples (RFC 5737, RFC 3849). */
function isDocumentation(address: string): boolean {
    return /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\./.test(address) || /^2001:0?db8:/i.test(address);
}

/**
 * Senders whose calls can arrive, but reach no user. A registered trunk has a warning of its own, and so has a sender whose
 * calls cannot arrive.
 */
function unmappedNumbers(config: Config): string[] {
    const { sip, trunks, numbers } = config;
    const { map } = numbers;
    if (map.numbers.size + map.names.size + map.patterns.length > 0) return [];
    const isLocal = listensOnLoopbackOnly(config);
    const senders = [
        ...sip.peers
            .filter(({ inboundNetworks }) => !isLocal || !inboundNetworks.every(isRemote))
            .map(({ name, defaultUser }) => ({ sender: `peer ${name}`, defaultUser })),
        ...trunks
            .filter((trunk) => waysIn(trunk).length > 0 && !trunk.register && !(isLocal && isRemoteTrunk(trunk)))
            .map(({ name, defaultUser }) => ({ sender: `trunk ${name}`, defaultUser })),
    ].flatMap(({ sender, defaultUser }) => (defaultUser === undefined ? [sender] : []));
    if (senders.length === 0) return [];
    return [
        `numbers.map is empty, so calls from ${listed(senders)} to phone numbers are rejected with 404; add the numbers of your users, or set defaultUser on the trunk or peer`,
    ];
}

/** A registrar calls the number or name of the account. */
function unroutableRegistrations({ trunks, numbers }: Config): string[] {
    const { map } = numbers;
    if (map.patterns.length > 0) return [];
    return trunks.flatMap(({ name, register, username, defaultUser }, index) => {
        const isRouted = defaultUser !== undefined || map.numbers.size > 0 || map.names.has(username ?? "");
        return !register || isRouted
            ? []
            : [
                  `${formatPath(["trunks", index])}: calls to the account that is registered with ${name} reach no user; set defaultUser, or add ${username ?? "its name"} to numbers.map`,
              ];
    });
}

interface Sender {
    readonly path: string;
    readonly networks: readonly string[];
}

/** Two senders at one address: the first one is used for all calls. */
function overlappingSenders({ sip, trunks }: Config): string[] {
    const senders: Sender[] = [
        ...sip.peers.map(({ inboundNetworks }, index) => ({
            path: formatPath(["sip", "peers", index]),
            networks: inboundNetworks,
        })),
        ...trunks.map(({ address, inboundNetworks }, index) => ({
            path: formatPath(["trunks", index]),
            networks: [...address.map(({ host }) => host).filter((host) => isIP(host) !== 0), ...inboundNetworks],
        })),
    ];
    return senders.flatMap((later, place) => {
        const earlier = senders.slice(0, place).find((one) => sharedNetwork(one, later) !== undefined);
        if (earlier === undefined) return [];
        return [
            `${later.path}: inbound calls from ${sharedNetwork(earlier, later)} count as those of ${earlier.path}, which comes first; give each its own addresses, or use inboundAuth`,
        ];
    });
}

function sharedNetwork(one: Sender, other: Sender): string | undefined {
    return other.networks.find((network) => one.networks.some((known) => overlap(known, network)));
}

function overlap(one: string, other: string): boolean {
    return contains(one, firstAddressOf(other)) || contains(other, firstAddressOf(one));
}

function firstAddressOf(network: string): string {
    return network.split("/")[0] ?? network;
}

function contains(network: string, address: string): boolean {
    const [base = "", prefix] = network.split("/");
    const family = isIP(base) === 6 ? "ipv6" : "ipv4";
    if (isIP(base) === 0 || isIP(base) !== isIP(address)) return false;
    const list = new BlockList();
    if (prefix === undefined) list.addAddress(base, family);
    else list.addSubnet(base, Number(prefix), family);
    return list.check(address, family);
}

/** Trunks with the same prefixes: the second one is only used if the first one fails. That is meant, unless it is the same server. */
function shadowedTrunks({ trunks }: Config): string[] {
    return trunks.flatMap((later, place) => {
        const earlier = trunks.slice(0, place).find((one) => isSameServer(one, later));
        if (earlier === undefined) return [];
        return [
            `${formatPath(["trunks", place])}: ${later.name} has the address and prefixes of ${earlier.name}, which is always used first; remove one of them, or change its prefixes`,
        ];
    });
}

function isSameServer(one: TrunkConfig, other: TrunkConfig): boolean {
    const keyOf = ({ address, prefixes, domains, transport, proxy }: TrunkConfig): string =>
        JSON.stringify([address[0], [...prefixes].sort(), [...domains].sort(), transport, proxy]);
    return one.prefixes.length + one.domains.length > 0 && keyOf(one) === keyOf(other);
}

function listed(things: readonly string[]): string {
    return things.length < 2 ? things.join("") : `${things.slice(0, -1).join(", ")} and ${things.at(-1)}`;
}
