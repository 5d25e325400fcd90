import { defineCommand } from "../Command.ts";

export const whoami = defineCommand({
    name: "whoami",
    level: "user",
    effect: "inspect",
    summary: "Shows your permission level, your numbers and your phones.",
    arguments: {},
    examples: ["whoami"],
    run: (_, { administration, invoker: { name, level, user } }) => {
        const phones = administration.phones.all().filter((phone) => phone.user === user);
        const accounts = phones.map(({ account, contacts }) => `${account} (${contacts.length} registered)`);
        return {
            blocks: [
                {
                    kind: "facts",
                    facts: [
                        ["You are", name],
                        ["Level", level],
                        ["Phones", accounts.join(", ") || "none"],
                    ],
                },
            ],
            data: { name, level, phones: phones.map(({ account }) => account) },
        };
    },
});
