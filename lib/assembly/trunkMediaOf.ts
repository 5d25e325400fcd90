import type { Config } from "../config/Config.generated.ts";
import type { PartyMedia } from "../ports/MediaProxy.ts";

/** The media of calls to trunks: that of the first one, which is tried first. The others have their own (`SipLegs.alternatives`). */
export function trunkMediaOf({ trunks }: Config): (names: readonly [string, ...string[]]) => PartyMedia {
    const byName = new Map(trunks.map((trunk) => [trunk.name, trunk]));
    return ([first]) => ({
        media: byName.get(first)?.media ?? "rtp",
        ...(byName.get(first)?.video === true && { video: "permitted" }),
    });
}
