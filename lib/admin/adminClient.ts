import { z } from "zod";
import { formatHostPort } from "../config/HostPort.ts";
import type { AnyCommand } from "./Command.ts";
import type { CommandTable } from "./CommandTable.ts";
import { nameWords, parseCommandWords } from "./parseCommand.ts";

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

/** Longer than a test call takes, in ms. */
const TIMEOUT_MS = 60_000;

/** Gives a command to the running bridge. Rejects with an error that says what to do if the bridge does not respond. */
export async function giveCommand(
    words: readonly string[],
    table: CommandTable,
    endpoint: AdminEndpoint,
    format: "text" | "json",
): Promise<ClientResult> {
    const parsed = parseCommandWords(words, table, "admin");
    const { status, reply } =
        "failure" in parsed
            ? { status: undefined, reply: { error: parsed.failure, advice: parsed.advice } }
            : await send(parsed.command, nameWords(words.slice(1), parsed.command).named, endpoint);
    const output = format === "json" ? JSON.stringify(reply, undefined, 2) : textOf(reply);
    return { output, done: status === 200 };
}

const replySchema = z.record(z.string(), z.unknown());

async function send(
    { name, effect }: AnyCommand,
    given: Readonly<Record<string, string>>,
    { host, port, token }: AdminEndpoint,
): Promise<{ readonly status: number; readonly reply: z.infer<typeof replySchema> }> {
    const at = formatHostPort({ host, port });
    const url = new URL(`http://${at}/v1/${name}`);
    const isGet = effect === "inspect";
    if (isGet) for (const [argument, word] of Object.entries(given)) url.searchParams.set(argument, word);
    const response = await fetch(url, {
        method: isGet ? "GET" : "POST",
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(!isGet && { body: JSON.stringify(given) }),
    }).catch((cause: unknown) => {
        throw new Error(`the bridge does not respond at ${at}; check that it runs with this admin.listen`, { cause });
    });
    if (response.status === 401) {
        throw new Error(`the bridge at ${at} has another token; restart it after a change of admin.token`);
    }
    const reply = replySchema.safeParse(await response.json().catch(() => undefined));
    if (!reply.success) throw new Error(`another program responds at ${at}; check admin.listen`);
    return { status: response.status, reply: reply.data };
}

function textOf({ text, error, advice }: Readonly<Record<string, unknown>>): string {
    return [text, error, advice].filter((part) => typeof part === "string").join(" ");
}
