import { textAnswer } from "../Answer.ts";
import { defineCommand } from "../Command.ts";

export const phones = defineCommand({
    name: "phones",
    level: "operator",
    effect: "inspect",
    summary: "Lists the accounts of phones, and how many phones are registered for each.",
    arguments: {},
    examples: ["phones"],
    run: (_, { administration }) => {
        const all = administration.phones.all();
        if (all.length === 0) return textAnswer("No account is configured.", []);
        const items = all.map(({ account, user, contacts }) => `${account} (${user}): ${contacts.length} registered`);
        return { blocks: [{ kind: "list", items }], data: all };
    },
});
