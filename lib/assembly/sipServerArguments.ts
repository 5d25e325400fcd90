import type { Config } from "../config/Config.generated.ts";
import { sipTrunksOf } from "./sipTrunksOf.ts";

/** What the configuration says to the embedded SIP server beyond where it listens: options of lib/sip-server/main.ts. */
export function sipServerArguments(config: Config): readonly string[] {
    const { tls, hosts } = config.sip;
    return [
        ...option("--tls-cert", tls?.certificate),
        ...option("--tls-key", tls?.key),
        ...option("--tls-ca", tls?.authorities),
        ...option("--hosts", hosts),
        ...sipTrunksOf(config).peers.flatMap(({ addresses }) => addresses.flatMap((network) => ["--trust", network])),
        ...["--strangers", dropsStrangers(config) ? "drop" : "answer"],
    ];
}

function option(name: string, value: string | undefined): readonly string[] {
    return value === undefined ? [] : [name, value];
}

/**
 * Who is dropped by the server costs nothing more and learns nothing. Phones with an account, trunks that prove
 * themselves and trunks that know us by our registration may come from anywhere: the bridge looks at what they say.
 */
function dropsStrangers({ sip, trunks, accounts }: Config): boolean {
    const fromAnywhere = accounts.length > 0 || trunks.some(({ register, proof }) => register || proof !== undefined);
    return sip.unknownPeers === "drop" && !fromAnywhere;
}
