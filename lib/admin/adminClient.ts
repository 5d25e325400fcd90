import type { AnyCommand } from "./Command.ts";
import type { CommandTable } from "./CommandTable.ts";
import { parseCommandLine } from "./parseCommand.ts";

/** Where the HTTP API of the running bridge is. */
export interface AdminEndpoint {
    readonly host: string;
    readonly port: number;
    readonly token: string;
}

/** What the command line prints, and whether the command was carried out. */
export interface ClientResult {
    readonly output: string;
    readonly done: boolean;
}

const TIMEOUT_MS = 30_000;

/** Gives a command to the running bridge. Rejects if the bridge does not respond. */
export async function giveCommand(
    words: readonly string[],
    table: CommandTable,
    { host, port, token }: AdminEndpoint,
    format: "text" | "json",
): Promise<ClientResult> {
    const line = words.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(" ");
    const parsed = parseCommandLine(line, table, "admin");
    if ("failure" in parsed) return { output: [parsed.failure, parsed.advice].join(" ").trim(), done: false };
    const shown = host.includes(":") ? `[${host}]` : host;
    const url = new URL(`http://${shown}:${port}/v1/${parsed.command.name}`);
    const given = namedWords(words.slice(1), parsed.command);
    const isGet = parsed.command.effect === "inspect";
    if (isGet) for (const [name, word] of Object.entries(given)) url.searchParams.set(name, word);
    const response = await fetch(url, {
        method: isGet ? "GET" : "POST",
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(!isGet && { body: JSON.stringify(given) }),
    });
    const reply = (await response.json()) as Readonly<Record<string, unknown>>;
    const output = format === "json" ? JSON.stringify(reply, undefined, 2) : textOf(reply);
    return { output, done: response.ok };
}

function textOf({ text, error, advice }: Readonly<Record<string, unknown>>): string {
    return [text, error, advice].filter((part) => typeof part === "string").join(" ");
}

/** Words by the names of the arguments; the words were parsed before. */
function namedWords(words: readonly string[], command: AnyCommand): Readonly<Record<string, string>> {
    const remaining = [...words];
    const named: Record<string, string> = {};
    for (const [name, { rest }] of Object.entries(command.arguments)) {
        const word = rest === true ? remaining.splice(0).join(" ") : remaining.shift();
        if (word !== undefined && word !== "") named[name] = word;
    }
    return named;
}
