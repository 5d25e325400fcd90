import type { Config } from "./Config.generated.ts";

/** What phones know us by. */
export function registrarRealm({ sip, homeserver }: Pick<Config, "sip" | "homeserver">): string {
    return sip.registrar.realm ?? homeserver.domain.replace(/:[0-9]+$/, "").toLowerCase();
}
