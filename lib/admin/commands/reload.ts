import { failed, type Outcome } from "../Answer.ts";
import type { ReloadPlan } from "../Administration.ts";
import { defineCommand } from "../Command.ts";

export const reload = defineCommand({
    name: "reload",
    level: "admin",
    effect: "act",
    summary: "Applies the changed configuration file, as far as that is possible without a restart.",
    details: "Calls continue. A file with errors changes nothing.",
    arguments: {},
    examples: ["reload"],
    confirm: (_, { administration }) => {
        const plan = administration.service.compare();
        if (plan.kind === "invalid" || plan.applied.length === 0) return undefined;
        const restart = plan.needRestart.length === 0 ? "" : ` A restart is needed for ${plan.needRestart.join(", ")}.`;
        return `This applies ${plan.applied.join(", ")}.${restart}`;
    },
    run: (_, { administration }) => described(administration.service.reload()),
});

function described(plan: ReloadPlan): Outcome {
    if (plan.kind === "invalid")
        return failed(
            `Nothing was changed. The configuration file has errors: ${plan.faults.join("; ")}.`,
            "Fix the file and send reload again.",
        );
    const { applied, needRestart } = plan;
    if (applied.length === 0 && needRestart.length === 0) return failed("The configuration file has not changed.");
    const facts: [string, string][] = [
        ["Applied", applied.join(", ") || "nothing"],
        ["Needs a restart", needRestart.join(", ") || "nothing"],
    ];
    return { blocks: [{ kind: "facts", facts }], data: plan };
}
