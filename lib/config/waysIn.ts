import { isIP } from "node:net";
import type { TrunkConfig } from "./Config.generated.ts";

/** Returns the ways in which a trunk is recognised when it calls, in words. None: it cannot call in. Pure. */
export function waysIn(
    trunk: Pick<TrunkConfig, "address" | "inboundNetworks" | "register" | "inboundAuth">,
): readonly string[] {
    const networks = [
        ...trunk.address.map(({ host }) => host).filter((host) => isIP(host) !== 0),
        ...trunk.inboundNetworks,
    ];
    if (trunk.inboundAuth !== undefined) return [`with the password of inboundAuth, from any address`];
    return [
        ...(networks.length === 0 ? [] : [`from ${networks.join(", ")}`]),
        ...(trunk.register ? ["by the bridge's registration"] : []),
    ];
}
