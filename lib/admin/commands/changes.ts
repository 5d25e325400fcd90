import { textAnswer } from "../Answer.ts";
import { defineCommand } from "../Command.ts";
import { describeChange } from "../changes/Change.ts";
import { timeText } from "../describe.ts";

export const changes = defineCommand({
    name: "changes",
    level: "operator",
    effect: "inspect",
    summary: "Lists what commands changed, with the number that undo needs.",
    arguments: {},
    examples: ["changes"],
    run: (_, { administration }) => {
        const all = administration.changes.all();
        if (all.length === 0) return textAnswer("No command changed anything.", []);
        const items = all.map((change) => {
            const until = change.until === undefined ? "" : `, until ${timeText(change.until)}`;
            return `${change.id}: ${describeChange(change)} (by ${change.by}, ${timeText(change.madeAt)}${until})`;
        });
        return { blocks: [{ kind: "list", items }], data: all };
    },
});
