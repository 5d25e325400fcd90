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

Send commands to the bridge's bot, \`@sip-bridge\` on your homeserver if the registration does not name it otherwise.

| Where | How |
|---|---|
| A direct room with the bot | Invite the bot and write \`help\`. A message that is only a number is read as \`dial <number>\` |
| The control room | As in a direct room. It also receives one message at the start and one at the end of each [incident](operating.md#incidents) |
| The room of a call, and rooms with other people | Begin the command with \`!sip\`: \`!sip keys 1234#\` |
| The machine of the bridge | \`matrix-appservice-sip admin <command>\`, with \`--json\` for programs. \`admin.token\` must be configured |
| HTTP | \`/v1/<command>\` of \`admin.listen\`, see [below](#http-api) |

\`permissions\` sets the level of each user: \`user\`, \`operator\` or \`admin\`. Each level includes the commands of the ones before it. Users
of \`homeserver.domain\` without an entry have the level \`user\`. The bot ignores notices, edits and its own messages.

To begin, give yourself the level \`admin\` in \`permissions\`, create a room, and invite the bot. That room is the control room, unless
\`control.room\` names another one.

Commands that could do harm ask for confirmation in a room: answer \`yes\` within a minute. Changes apply immediately and after
restarts. \`changes\` lists them with the user who made them, and \`undo <number>\` undoes one.

${sections.join("\n")}
## HTTP API

\`admin.listen\` serves each command as \`/v1/<command>\`: GET for commands that only show something, POST with a JSON object of the
arguments for the others. \`/v1\` is the OpenAPI document. Commands are not confirmed here.

\`\`\`sh
curl -H "Authorization: Bearer $(cat admin.token)" http://127.0.0.1:9465/v1/status
curl -H "Authorization: Bearer $(cat admin.token)" -d '{"number": "+442071838750", "user": "@alice:matrix.example"}' http://127.0.0.1:9465/v1/map
\`\`\`

| Status | Meaning |
|---|---|
| 200 | \`data\` has the answer for programs, \`text\` the same for people |
| 401 | The token is missing or wrong |
| 404, 405 | There is no such command, or it needs POST |
| 400, 422 | The body is not valid, or the command was not carried out: \`error\` says why, \`advice\` what to do |

\`/health\` and \`/ready\` need no token, see [Monitoring and alerts](operating.md#what-to-watch). \`/\` is a page that shows live calls,
trunks, the calls of the last day, and the SIP messages and audio quality of one call.
`;
}

function section(command: AnyCommand): string {
    const { name, aliases = [], summary, details, arguments: declared, examples } = command;
    const described = Object.entries(declared).map(
        ([argument, { description, required }]) => `- \`${argument}\`: ${description}${required ? "" : " (optional)"}`,
    );
    const also = aliases.length === 0 ? [] : [`Also: ${aliases.map((alias) => `\`${alias}\``).join(", ")}.`];
    const asks = command.confirm === undefined ? [] : ["It can ask for confirmation."];
    const text = [summary, details, ...asks, ...also].filter((part) => part !== undefined).join(" ");
    const list = described.length === 0 ? "" : `\n\n${described.join("\n")}`;
    return `### ${name}\n\n\`${usageOf(command)}\`\n\n${text}${list}\n\nFor example: ${examples.map((example) => `\`${example}\``).join(", ")}\n`;
}
