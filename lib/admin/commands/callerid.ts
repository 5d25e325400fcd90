import { failed, textAnswer } from "../Answer.ts";
import { defineCommand } from "../Command.ts";

export const callerid = defineCommand({
    name: "callerid",
    level: "user",
    effect: "inspect",
    summary: "Shows which number people see when you call them.",
    arguments: {},
    examples: ["callerid"],
    run: (_, { administration: { trunks, routing }, invoker: { user } }) => {
        if (user === undefined) return failed("This command needs a Matrix user.");
        const shown = trunks.all().map(({ name }) => [name, routing.callerIdOn(name, user) ?? "none"] as const);
        if (shown.length === 0) return textAnswer("You can't make phone calls: no trunk is configured.", []);
        return { blocks: [{ kind: "facts", facts: shown }], data: Object.fromEntries(shown) };
    },
});
