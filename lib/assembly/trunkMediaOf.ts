import type { Config } from "../config/Config.generated.ts";
import type { PartyMedia } from "../ports/MediaProxy.ts";

/**
 * The media of calls to trunks: that of the first one, which is tried first. Video is permitted if all of them permit it, because
 * a call that fails over to the next trunk keeps its offer.
 */
export function trunkMediaOf({ trunks }: Config): (names: readonly [string, ...string[]]) => PartyMedia {
    const byName = new Map(trunks.map((trunk) => [trunk.name, trunk]));
    return (names) => ({
        media: byName.get(names[0])?.media ?? "rtp",
        ...(names.every((name) => byName.get(name)?.video === true) && { video: "permitted" }),
    });
}
