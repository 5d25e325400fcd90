import { networkInterfaces } from "node:os";
import type { Config } from "../config/Config.generated.ts";
import { registrarRealm } from "../config/registrarRealm.ts";

/**
 * The hosts by which phones name the bridge: the realm, or the address they were configured to register at, which can be
 * any address of this machine. IPv6 in brackets.
 */
export function ownHostsOf(config: Pick<Config, "sip" | "homeserver">): readonly string[] {
    const { listen, publicAddress } = config.sip;
    const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const addresses = [...listen, ...own].map(({ address }) => address);
    return [registrarRealm(config), ...(publicAddress === undefined ? [] : [publicAddress]), ...addresses].map(
        (host) => (host.includes(":") ? `[${host}]` : host),
    );
}
