import { ConfigError } from "../config/ConfigError.ts";
import { loadConfig } from "../config/loadConfig.ts";
import { EXIT_FAILED } from "./exitCodes.ts";
import { print } from "./print.ts";

export interface AdministerOptions {
    readonly configPath: string;
    /** Prints the answer as JSON. */
    readonly json?: true;
}

/** Gives a command to the running bridge over its HTTP API. Sets exit code 1 if the bridge did not carry it out. */
export async function administer(words: readonly string[], { configPath, json }: AdministerOptions): Promise<void> {
    const { admin } = loadConfig(configPath);
    if (admin === undefined) throw new ConfigError([`admin: is missing; set admin.token (${configPath})`]);
    // loaded here, so that the other commands answer without delay
    const { giveCommand } = await import("../admin/adminClient.ts");
    const { CommandTable } = await import("../admin/CommandTable.ts");
    const { ALL_COMMANDS } = await import("../admin/allCommands.ts");
    const endpoint = { ...admin.listen, token: admin.token.reveal() };
    const given = words.length === 0 ? ["help"] : words;
    const { output, done } = await giveCommand(given, new CommandTable(ALL_COMMANDS), endpoint, json ? "json" : "text");
    print(output);
    if (!done) process.exitCode = EXIT_FAILED;
}
