import type { DialPlanRules } from "../numbering/DialPlan.ts";
import type { Config } from "./Config.generated.ts";
import { numberingOf, shortCodesOf } from "./numberingOf.ts";

/** What the configuration says to the dial plan. */
export function dialPlanRulesOf(config: Config): DialPlanRules {
    const { homeserver, matrix, sip, numbers, dialling, trunks } = config;
    return {
        inbound: {
            routes: numbers.map,
            domains: [homeserver.domain, ...matrix.allowedDomains],
            defaultUsers: new Map(
                [...sip.peers, ...trunks].flatMap(({ name, defaultUser }) =>
                    defaultUser === undefined ? [] : [[name, defaultUser] as const],
                ),
            ),
        },
        allow: dialling.allow,
        trunks: trunks.map(({ name, prefixes, domains, ...trunk }) => {
            const shortCodes = shortCodesOf(trunk, config);
            return { name, prefixes, domains, ownShortCodes: trunk.shortCodes, shortCodes };
        }),
        numbering: numberingOf(config),
    };
}
