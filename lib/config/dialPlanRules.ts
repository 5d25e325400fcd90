import type { DialPlanRules } from "../numbering/DialPlan.ts";
import type { Config } from "./Config.generated.ts";
import { numberingOf } from "./numberingOf.ts";

/** What the configuration says to the dial plan. */
export function dialPlanRulesOf(config: Config): DialPlanRules {
    const { homeserver, matrix, numbers, dialling, trunks } = config;
    return {
        numbers: numbers.map,
        domains: [homeserver.domain, ...matrix.allowedDomains],
        allow: dialling.allow,
        trunks,
        numbering: numberingOf(config),
    };
}
