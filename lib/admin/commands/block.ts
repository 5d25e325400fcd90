import { parseMatrixUserId } from "../../numbering/MatrixUserId.ts";
import { failed, textAnswer } from "../Answer.ts";
import { word } from "../Argument.ts";
import { type CommandContext, defineCommand } from "../Command.ts";

const PARTY = word("number, SIP address or Matrix user", "+442071838750");

export const block = defineCommand({
    name: "block",
    level: "operator",
    effect: "act",
    summary: "Rejects every call from a number, SIP address or Matrix user.",
    arguments: { party: PARTY },
    examples: ["block +442071838750", "block @mallory:matrix.example"],
    run: async ({ party }, context) => {
        const canonical = canonicalParty(party, context);
        if (canonical === undefined) return failed(`"${party}" is not a number, SIP address or Matrix user ID.`);
        const { id } = await context.administration.changes.add({
            kind: "block",
            party: canonical,
            by: context.invoker.name,
        });
        return textAnswer(`Calls from ${canonical} are rejected. Send undo ${id} to undo.`);
    },
});

export const unblock = defineCommand({
    name: "unblock",
    level: "operator",
    effect: "act",
    summary: "Accepts calls from a blocked party again.",
    arguments: { party: PARTY },
    examples: ["unblock +442071838750"],
    run: async ({ party }, context) => {
        const { changes } = context.administration;
        const canonical = canonicalParty(party, context) ?? party;
        const found = changes.all().find((change) => change.kind === "block" && change.party === canonical);
        if (found === undefined) return failed(`${canonical} is not blocked.`, "Send changes for a list.");
        await changes.undo(found.id);
        return textAnswer(`Calls from ${canonical} are accepted again.`);
    },
});

function canonicalParty(party: string, { administration }: CommandContext): string | undefined {
    return parseMatrixUserId(party) ?? administration.routing.number(party)?.canonical;
}
