import { failed, textAnswer } from "../Answer.ts";
import { integer } from "../Argument.ts";
import { defineCommand } from "../Command.ts";

export const undo = defineCommand({
    name: "undo",
    level: "admin",
    effect: "act",
    summary: "Undoes a change that a command made.",
    arguments: { change: integer("number of the change, as changes shows it", [1, 999_999_999], 3) },
    examples: ["undo 3"],
    run: async ({ change }, { administration }) => {
        const undone = await administration.changes.undo(change);
        return undone
            ? textAnswer(`Change ${change} was undone.`)
            : failed(`There is no change ${change}.`, "Send changes for a list.");
    },
});
