import type { Config } from "./Config.generated.ts";
import { formatPath } from "./configPath.ts";

const DEFAULT_REGISTRATION_SECONDS = 600;

/** Warns about keys that have no effect, because of another one. Pure. */
export function unusedKeys(config: Config): string[] {
    return [
        ...unusedLifetimes(config),
        ...keysOfEmbeddedServer(config),
        ...uselessNetworks(config),
        ...uselessCosts(config),
    ];
}

function unusedLifetimes({ trunks }: Config): string[] {
    return trunks.flatMap(({ register, registrationSeconds }, index) =>
        !register && registrationSeconds !== DEFAULT_REGISTRATION_SECONDS
            ? [`${formatPath(["trunks", index, "registrationSeconds"])}: has no effect; set register: true`]
            : [],
    );
}

function keysOfEmbeddedServer({ sip }: Config): string[] {
    if (sip.drachtio === undefined) return [];
    const keys = ["publicAddress", "tls", "hostsFile"] as const;
    return keys.flatMap((key) =>
        sip[key] === undefined
            ? []
            : [`sip.${key}: has no effect with sip.drachtio; configure it in the external SIP server`],
    );
}

function uselessNetworks({ sip }: Config): string[] {
    return sip.localNetworks.length > 0 && sip.publicAddress === undefined
        ? ["sip.localNetworks: has no effect; set sip.publicAddress"]
        : [];
}

function uselessCosts({ limits }: Config): string[] {
    if (Object.keys(limits.rates).length > 0) return [];
    return (["user", "trunk", "premium", "international"] as const).flatMap((kind) =>
        limits[kind].costPerDay === undefined
            ? []
            : [`limits.${kind}.costPerDay: has no effect, because no price is known; set limits.rates`],
    );
}
