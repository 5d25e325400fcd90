import { textAnswer } from "../Answer.ts";
import { choice, optional, word } from "../Argument.ts";
import { defineCommand } from "../Command.ts";
import { callLine } from "../describe.ts";

const MAX_CALLS = 20;

export const history = defineCommand({
    name: "history",
    level: "operator",
    effect: "inspect",
    summary: "Lists ended calls, the newest first: all, those of one party or trunk, or only those that failed.",
    arguments: {
        party: optional(word("part of a user ID, number or trunk name; * for all", "+442071838750")),
        which: optional(choice("which calls", ["all", "failed"])),
    },
    examples: ["history", "history @alice:matrix.example", "history * failed"],
    run: ({ party, which }, { administration, now }) => {
        const isWord = party === "failed" && which === undefined;
        const found = administration.calls.history({
            ...(party !== undefined && party !== "*" && !isWord && { party }),
            failedOnly: which === "failed" || isWord,
            limit: MAX_CALLS,
        });
        if (found.length === 0) return textAnswer("No such calls are kept.", []);
        return { blocks: [{ kind: "list", items: found.map((call) => callLine(call, now)) }], data: found };
    },
});
