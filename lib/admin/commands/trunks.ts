import { textAnswer } from "../Answer.ts";
import { defineCommand } from "../Command.ts";
import { trunkLine } from "./shared/trunkLine.ts";

export const trunks = defineCommand({
    name: "trunks",
    level: "operator",
    effect: "inspect",
    summary: "Lists the trunks with their state.",
    arguments: {},
    examples: ["trunks"],
    run: (_, { administration }) => {
        const all = administration.trunks.all();
        if (all.length === 0) return textAnswer("No trunk is configured.", []);
        return { blocks: [{ kind: "list", items: all.map(trunkLine) }], data: all };
    },
});
