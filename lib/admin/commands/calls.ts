import { callLine } from "../describe.ts";
import { textAnswer } from "../Answer.ts";
import { defineCommand } from "../Command.ts";

export const calls = defineCommand({
    name: "calls",
    level: "operator",
    effect: "inspect",
    summary: "Lists the calls that are being set up or connected.",
    arguments: {},
    examples: ["calls"],
    run: (_, { administration, now }) => {
        const live = administration.calls.live();
        if (live.length === 0) return textAnswer("There are no calls.", []);
        return { blocks: [{ kind: "list", items: live.map((call) => callLine(call, now)) }], data: live };
    },
});
