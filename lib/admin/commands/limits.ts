import { textAnswer } from "../Answer.ts";
import { defineCommand } from "../Command.ts";

export const limits = defineCommand({
    name: "limits",
    level: "operator",
    effect: "inspect",
    summary: "Shows the limits against fraud, and how much of each is used.",
    arguments: {},
    examples: ["limits"],
    run: (_, { administration }) => {
        const all = administration.limits();
        if (all.length === 0) return textAnswer("No limit is set. Set limits in the configuration.", []);
        const items = all.map(({ name, value, used, usedBy, origin }) => {
            const most = usedBy === undefined ? "" : `, most by ${usedBy}`;
            return `${name}: ${used} of ${value} used${most} (${origin})`;
        });
        return { blocks: [{ kind: "list", items }], data: all };
    },
});
