import type { DialPlanRules } from "../numbering/DialPlan.ts";
import type { Config } from "./Config.generated.ts";
import { dialPlanRulesOf } from "./dialPlanRules.ts";
import { numberingOf } from "./numberingOf.ts";

/** What the configuration says about who can send messages to whom: the dial plan, with the rules of `messaging.allow`. */
export function messageRulesOf(config: Config): DialPlanRules {
    const { allow, services } = config.messaging;
    const rules = dialPlanRulesOf(config);
    const trunks = [...services.map(({ name, prefixes }) => ({ name, prefixes, domains: [] })), ...rules.trunks];
    return { ...rules, allow, trunks, numbering: numberingOf({ ...config, dialling: { allow } }) };
}
