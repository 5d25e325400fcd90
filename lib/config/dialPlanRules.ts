import type { DialPlanRules } from "../numbering/DialPlan.ts";
import type { Config } from "./Config.generated.ts";

/** What the configuration says to the dial plan. */
export function dialPlanRulesOf({ homeserver, matrix, numbers, dialling, trunks }: Config): DialPlanRules {
    return {
        numbers: numbers.map,
        domains: [homeserver.domain, ...matrix.allowedDomains],
        allow: dialling.allow,
        trunks,
    };
}
