import type { Change } from "../../admin/changes/Change.ts";
import { numberingOf } from "../../config/numberingOf.ts";
import type { Config } from "../../config/Config.generated.ts";
import type { DialPlanChanges } from "../../numbering/LiveDialPlan.ts";
import { parseMatrixUserId, type MatrixUserId } from "../../numbering/MatrixUserId.ts";
import { parseNumberPattern } from "../../numbering/NumberPattern.ts";

/** What the changes of commands mean for the dial plan. A pattern that is no longer valid has no effect. */
export function dialPlanChangesOf(changes: readonly Change[], config: Config): DialPlanChanges {
    const mapped = new Map<string, MatrixUserId | undefined>();
    const rules = { allow: [] as DialPlanChanges["allow"][number][], deny: [] as DialPlanChanges["deny"][number][] };
    const trunksOff = new Set<string>();
    for (const change of changes) {
        if (change.kind === "map") {
            mapped.set(change.phoneNumber, change.user === null ? undefined : parseMatrixUserId(change.user));
        }
        if (change.kind === "trunkOff") trunksOff.add(change.trunk);
        if (change.kind === "allow" || change.kind === "deny") {
            const parsed = parseNumberPattern(change.pattern, numberingOf(config));
            if (parsed.kind === "pattern") rules[change.kind].push({ users: [change.user], numbers: [parsed.pattern] });
        }
    }
    return { mapped, ...rules, trunksOff };
}
