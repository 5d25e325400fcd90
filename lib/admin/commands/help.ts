import { type Answer, failed } from "../Answer.ts";
import { optional, word } from "../Argument.ts";
import { type AnyCommand, defineCommand, reaches, usageOf } from "../Command.ts";

export const help = defineCommand({
    name: "help",
    aliases: ["?"],
    level: "user",
    effect: "inspect",
    summary: "Lists the commands that you can use, or explains one of them.",
    arguments: { command: optional(word("name of a command", "trunk")) },
    examples: ["help", "help trunk"],
    run: ({ command: name }, { commands, invoker: { level } }) => {
        if (name === undefined) return overview(commands.availableTo(level));
        const command = commands.find(name);
        if (command === undefined || !reaches(level, command.level)) {
            const nearest = commands.nearest(name, level);
            return failed(
                `There is no command ${name}.`,
                nearest === undefined ? "Send help for a list of commands." : `Did you mean ${nearest}?`,
            );
        }
        return explained(command);
    },
});

/** More lines with summaries do not fit on the screen of a phone. */
const MOST_SUMMARIES = 15;

function overview(available: readonly AnyCommand[]): Answer {
    const data = available.map((command) => command.name);
    if (available.length <= MOST_SUMMARIES) {
        const items = available.map((command) => `${usageOf(command)} – ${command.summary}`);
        return { blocks: [{ kind: "list", items }], data };
    }
    const namesOf = (effect: AnyCommand["effect"], isForUsers: boolean): string =>
        available
            .filter((command) => command.effect === effect && (command.level === "user") === isForUsers)
            .map((command) => command.name)
            .join(", ");
    const facts = [
        ["Look", namesOf("inspect", false)],
        ["Change", namesOf("act", false)],
        ["Your calls", [namesOf("inspect", true), namesOf("act", true)].join(", ")],
    ] as const;
    return {
        blocks: [
            { kind: "facts", facts },
            { kind: "text", text: "Send help and a name, such as help trunk, for one of them." },
        ],
        data,
    };
}

function explained(command: AnyCommand) {
    const described = Object.entries(command.arguments).map(([name, { description, required }]): [string, string] => [
        name,
        required ? description : `${description} (optional)`,
    ]);
    const examples = command.examples.map((example): [string, string] => ["Example", example]);
    return {
        blocks: [
            { kind: "text", text: [command.summary, command.details].filter((text) => text !== undefined).join(" ") },
            { kind: "facts", facts: [["Usage", usageOf(command)], ...described, ...examples] },
        ],
        data: { name: command.name, usage: usageOf(command), summary: command.summary, examples: command.examples },
    } as const;
}
