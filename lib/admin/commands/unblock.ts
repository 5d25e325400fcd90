import { failed, textAnswer } from "../Answer.ts";
import { defineCommand } from "../Command.ts";
import { BLOCKED_PARTY, blockedParty } from "./shared/blockedParty.ts";

export const unblock = defineCommand({
    name: "unblock",
    level: "operator",
    effect: "act",
    summary: "Accepts calls from a blocked party again.",
    arguments: { party: BLOCKED_PARTY },
    examples: ["unblock +442071838750"],
    run: async ({ party }, context) => {
        const { changes } = context.administration;
        const canonical = blockedParty(party, context) ?? party;
        const found = changes.all().find((change) => change.kind === "block" && change.party === canonical);
        if (found === undefined) return failed(`${canonical} is not blocked.`, "Send changes for a list.");
        await changes.undo(found.id);
        return textAnswer(`Calls from ${canonical} are accepted again.`);
    },
});
