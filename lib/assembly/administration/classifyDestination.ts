import type { LimitedCall } from "../../admin/limits/FraudLimits.ts";
import type { Config } from "../../config/Config.generated.ts";
import type { CallParty } from "../../numbering/partyText.ts";
import { destinationClassOf } from "../../numbering/PhoneNumber.ts";

/** What a called party is for the limits: its destination class, and the price of a minute. */
export function classifyDestination(
    { limits, numbers }: Pick<Config, "limits" | "numbers">,
    callee: CallParty,
): Pick<LimitedCall, "destination" | "rate"> {
    if (callee.kind !== "number") return { destination: "national", rate: 0 };
    const { number } = callee;
    if (limits.emergencyNumbers.includes(number)) return { destination: "emergency", rate: 0 };
    const [longest] = Object.keys(limits.rates)
        .filter((prefix) => number.startsWith(prefix))
        .sort((a, b) => b.length - a.length);
    const rate = longest === undefined ? 0 : (limits.rates[longest] ?? 0);
    return { destination: destinationClassOf(number, numbers.defaultCountry), rate };
}
