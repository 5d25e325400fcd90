import { isIP } from "node:net";
import type { Config, TrunkConfig } from "./Config.generated.ts";
import { formatPath } from "./configPath.ts";
import { formatHostPort, type HostPort, type SipListener } from "./HostPort.ts";
import { isLoopback, isPrivate } from "./ipAddresses.ts";

const SIP_PORT = 5060;

/** Warns about trunks that the listeners and the public address do not fit to. Pure. */
export function listenerWarnings(config: Config): string[] {
    // an external SIP server has its own listeners
    if (config.sip.drachtio !== undefined) return [];
    return [...missingListeners(config), ...trunksToItself(config), ...privatePublicAddress(config)];
}

/** UDP is sent from a listener; TCP, TLS and WebSocket connections need none of their own, only the right kind of address. */
function missingListeners({ sip: { listen }, trunks }: Config): string[] {
    return trunks.flatMap(({ name, transport, address }, index) => {
        const path = formatPath(["trunks", index, "transport"]);
        if (transport === "udp" && !listen.some((listener) => listener.transport === "udp")) {
            return [`${path}: no call can go to ${name} over udp; add a udp address to sip.listen`];
        }
        const families = new Set(listen.map((listener) => isIP(listener.address)));
        const unreachable = address.find(({ host }) => isIP(host) !== 0 && !families.has(isIP(host)));
        return unreachable === undefined
            ? []
            : [
                  `${formatPath(["trunks", index, "address"])}: no call can go to ${formatHostPort(unreachable)}; add an IPv${isIP(unreachable.host)} address to sip.listen`,
              ];
    });
}

function trunksToItself({ sip, trunks }: Config): string[] {
    return trunks.flatMap((trunk, index) => {
        const own = trunk.address.find((address) => sip.listen.some((listener) => isAt(listener, address, trunk)));
        return own === undefined
            ? []
            : [
                  `${formatPath(["trunks", index, "address"])}: ${formatHostPort(own)} is the bridge itself (sip.listen), so calls to ${trunk.name} come back; set the address of the PBX or carrier`,
              ];
    });
}

function isAt(listener: SipListener, { host, port }: HostPort, { transport, proxy }: TrunkConfig): boolean {
    return (
        proxy === undefined &&
        listener.transport === transport &&
        listener.port === (port ?? SIP_PORT) &&
        (listener.address === host || (host === "localhost" && isLoopback(listener.address)))
    );
}

function privatePublicAddress({ sip, trunks }: Config): string[] {
    const { publicAddress, localNetworks } = sip;
    if (publicAddress === undefined || !isPrivate(publicAddress) || localNetworks.length > 0) return [];
    const outside = trunks.find(({ address }) =>
        address.some(({ host }) => isIP(host) !== 0 && !isPrivate(host) && !isLoopback(host)),
    );
    return outside === undefined
        ? []
        : [
              `sip.publicAddress: ${publicAddress} is a private address, at which trunk ${outside.name} cannot reach the bridge; set the address that your network has on the internet`,
          ];
}
