import { failed, textAnswer } from "../Answer.ts";
import { defineCommand } from "../Command.ts";
import { BLOCKED_PARTY, blockedParty } from "./shared/blockedParty.ts";

export const block = defineCommand({
    name: "block",
    level: "operator",
    effect: "act",
    summary: "Rejects every call from a number, SIP address or Matrix user.",
    arguments: { party: BLOCKED_PARTY },
    examples: ["block +442071838750", "block @mallory:matrix.example"],
    run: async ({ party }, context) => {
        const canonical = blockedParty(party, context);
        if (canonical === undefined) return failed(`"${party}" is not a number, SIP address or Matrix user ID.`);
        const { id } = await context.administration.changes.add({
            kind: "block",
            party: canonical,
            by: context.invoker.name,
        });
        return textAnswer(`Calls from ${canonical} are rejected. Send undo ${id} to undo.`);
    },
});
