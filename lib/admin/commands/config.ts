import { defineCommand } from "../Command.ts";
import { describeChange } from "../changes/Change.ts";

export const config = defineCommand({
    name: "config",
    level: "admin",
    effect: "inspect",
    summary: "Shows the configuration in use without secrets, and the changes that commands made.",
    arguments: {},
    examples: ["config"],
    run: (_, { administration }) => {
        const yaml = administration.service.configuration();
        const changes = administration.changes.all();
        const items = changes.map((change) => `${change.id}: ${describeChange(change)} (by ${change.by})`);
        const made = items.length === 0 ? "No command changed anything." : `Changes by commands:\n${items.join("\n")}`;
        return {
            blocks: [{ kind: "text", text: made }],
            file: { name: "config.yaml", text: yaml },
            data: { configuration: yaml, changes },
        };
    },
});
