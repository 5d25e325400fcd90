import type { Config } from "../config/Config.generated.ts";
import { sipTrunksOf } from "./sipTrunksOf.ts";

/** What the configuration says to the embedded SIP server beyond where it listens: options of lib/sip-server/main.ts. */
export function sipServerArguments(config: Config): readonly string[] {
    const { tls, hostsFile, webSocketOrigins, localNetworks } = config.sip;
    return [
        ...option("--tls-cert", tls?.certificate),
        ...option("--tls-key", tls?.key),
        ...option("--tls-ca", tls?.caCertificates),
        ...option("--hosts", hostsFile),
        ...sipTrunksOf(config).peers.flatMap(({ addresses }) => addresses.flatMap((network) => ["--trust", network])),
        ...localNetworks.flatMap((network) => ["--local-network", network]),
        ...webSocketOrigins.flatMap((origin) => ["--ws-origin", origin]),
        // for the bridge only, which serves them at its own listener and recognises floods by them
        ...["--metrics", "127.0.0.1:0"],
        ...["--unknown-peers", dropsUnknownPeers(config) ? "drop" : "answer"],
    ];
}

function option(name: string, value: string | undefined): readonly string[] {
    return value === undefined ? [] : [name, value];
}

/**
 * Requests that the server drops cost nothing more and tell the sender nothing. Phones with an account, trunks that prove
 * themselves and trunks that know us by our registration may send from any address: the bridge authenticates them.
 */
function dropsUnknownPeers({ sip, trunks, accounts }: Config): boolean {
    const fromAnywhere =
        accounts.length > 0 || trunks.some(({ register, inboundAuth }) => register || inboundAuth !== undefined);
    return sip.unknownPeers === "drop" && !fromAnywhere;
}
