import { defineCommand } from "../Command.ts";
import { spanText, timeText } from "../describe.ts";

export const version = defineCommand({
    name: "version",
    level: "user",
    effect: "inspect",
    summary: "Shows the version of the bridge, and since when it runs.",
    arguments: {},
    examples: ["version"],
    run: (_, { administration: { version: bridge, node, startedAt }, now }) => ({
        blocks: [
            {
                kind: "facts",
                facts: [
                    ["Version", bridge],
                    ["Node", node],
                    ["Started", `${timeText(startedAt)} (${spanText(now - startedAt)} ago)`],
                ],
            },
        ],
        data: { version: bridge, node, startedAt },
    }),
});
