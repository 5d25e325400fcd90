import { nearestWord } from "../../config/nearestWord.ts";
import { failed, textAnswer } from "../Answer.ts";
import { integer, word } from "../Argument.ts";
import { defineCommand } from "../Command.ts";

export const limit = defineCommand({
    name: "limit",
    level: "admin",
    effect: "act",
    summary: "Changes one of the limits against fraud.",
    arguments: {
        name: word("name of the limit, as limits shows it", "user.callsPerMinute"),
        value: integer("new value", [0, 1_000_000], 10),
    },
    examples: ["limit user.callsPerMinute 10"],
    run: async ({ name, value }, { administration, invoker }) => {
        const names = administration.limits().map((known) => known.name);
        if (!names.includes(name)) {
            const nearest = nearestWord(name, names);
            return failed(
                `There is no limit ${name}.`,
                nearest === undefined ? "Send limits for a list." : `Did you mean ${nearest}?`,
            );
        }
        const { id } = await administration.changes.add({ kind: "limit", limit: name, value, by: invoker.name });
        return textAnswer(`The limit ${name} is ${value}. Send undo ${id} to undo.`);
    },
});
