import { type AnyCommand, type Level, LEVELS, usageOf } from "../../lib/admin/Command.ts";

const TITLES: Readonly<Record<Level, string>> = {
    user: "Commands for users",
    operator: "Commands for operators",
    admin: "Commands for admins",
};

/** The text of docs/commands.md. */
export function commandsPage(commands: readonly AnyCommand[]): string {
    const sections = LEVELS.map((level) => {
        const own = commands.filter((command) => command.level === level);
        return `## ${TITLES[level]}\n\n${own.map(section).join("\n")}`;
    });
    return `<!-- Generated from lib/admin/commands by npm run generate. -->

# Commands

Send commands to the bridge's bot: in a direct room, or in the control room. In rooms with other people, begin them with
\`!sip\`. The same commands work on the machine of the bridge with \`matrix-appservice-sip admin <command>\`, and over HTTP as
\`/v1/<command>\`; \`admin.token\` must be configured for both. \`permissions\` decides who can give which command.

Commands that could do harm ask for confirmation in a room: answer \`yes\` within a minute.

${sections.join("\n")}`;
}

function section(command: AnyCommand): string {
    const { name, aliases = [], summary, details, arguments: declared, examples } = command;
    const described = Object.entries(declared).map(
        ([argument, { description, required }]) => `- \`${argument}\`: ${description}${required ? "" : " (optional)"}`,
    );
    const also = aliases.length === 0 ? [] : [`Also: ${aliases.map((alias) => `\`${alias}\``).join(", ")}.`];
    const text = [summary, details, ...also].filter((part) => part !== undefined).join(" ");
    const list = described.length === 0 ? "" : `\n\n${described.join("\n")}`;
    return `### ${name}\n\n\`${usageOf(command)}\`\n\n${text}${list}\n\nFor example: ${examples.map((example) => `\`${example}\``).join(", ")}\n`;
}
