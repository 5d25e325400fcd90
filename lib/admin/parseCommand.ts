import { nearestWord } from "../config/nearestWord.ts";
import { failed, type CommandFailure } from "./Answer.ts";
import type { Argument } from "./Argument.ts";
import { type AnyCommand, type Level, reaches, usageOf } from "./Command.ts";
import type { CommandTable } from "./CommandTable.ts";

export type ParsedCommand =
    { readonly command: AnyCommand; readonly values: Readonly<Record<string, unknown>> } | CommandFailure;

const LONGEST_LINE = 4_000;

/** Parses a command line for somebody of this level. Every fault names what is wrong and what to write instead. Pure. */
export function parseCommandLine(line: string, table: CommandTable, level: Level): ParsedCommand {
    return line.length > LONGEST_LINE
        ? failed(`A command has at most ${LONGEST_LINE} characters.`, "Send help for a list of commands.")
        : parseCommandWords(splitWords(line), table, level);
}

/** As `parseCommandLine`, for words that the shell has separated already. Pure. */
export function parseCommandWords(given: readonly string[], table: CommandTable, level: Level): ParsedCommand {
    const [name = "", ...words] = given;
    const command = table.find(name);
    // a command that the invoker cannot use is answered like one that does not exist
    if (command === undefined || !reaches(level, command.level)) {
        const nearest = table.nearest(name, level);
        const advice = nearest === undefined ? "Send help for a list of commands." : `Did you mean ${nearest}?`;
        return failed(`There is no command "${clip(name)}".`, advice);
    }
    const values = parseWords(words, command);
    return "failure" in values ? values : { command, values: values.values };
}

/** Parses arguments by name, as the HTTP API gets them. Pure. */
export function parseNamed(
    given: Readonly<Record<string, string>>,
    command: AnyCommand,
): { readonly values: Readonly<Record<string, unknown>> } | CommandFailure {
    const unknown = Object.keys(given).find((name) => !Object.hasOwn(command.arguments, name));
    if (unknown !== undefined) return failed(`${command.name} has no argument "${clip(unknown)}".`, usage(command));
    const values: Record<string, unknown> = {};
    for (const [name, argument] of Object.entries(command.arguments)) {
        const fault = parseInto(values, name, argument, given[name] || undefined, command);
        if (fault !== undefined) return fault;
    }
    return { values };
}

function parseWords(
    words: readonly string[],
    command: AnyCommand,
): { readonly values: Readonly<Record<string, unknown>> } | CommandFailure {
    const { named, extra } = nameWords(words, command);
    const parsed = parseNamed(named, command);
    if ("failure" in parsed || extra === undefined) return parsed;
    return failed(`"${clip(extra)}" is one word too many.`, usage(command));
}

/** Words by the names of the arguments that they are for, and the first one that is for none. Pure. */
export function nameWords(
    words: readonly string[],
    command: AnyCommand,
): { readonly named: Readonly<Record<string, string>>; readonly extra: string | undefined } {
    const remaining = [...words];
    const named: Record<string, string> = {};
    for (const [name, { rest, introduction }] of Object.entries(command.arguments)) {
        if (introduction !== undefined && remaining[0]?.toLowerCase() === introduction) remaining.shift();
        const word = rest === true ? remaining.splice(0).join(" ") : remaining.shift();
        if (word !== undefined && word !== "") named[name] = word;
    }
    return { named, extra: remaining[0] };
}

/** Adds the value of one argument; returns what is wrong with it, if something is. */
function parseInto(
    values: Record<string, unknown>,
    name: string,
    argument: Argument<unknown>,
    text: string | undefined,
    command: AnyCommand,
): CommandFailure | undefined {
    if (text === undefined) {
        return argument.required
            ? failed(`${command.name} needs ${name}: ${argument.description}.`, usage(command))
            : undefined;
    }
    const parsed = argument.parse(text);
    if ("value" in parsed) {
        values[name] = parsed.value;
        return undefined;
    }
    const nearest = nearestWord(text, argument.choices ?? []);
    const advice = nearest === undefined ? usage(command) : `Did you mean ${nearest}?`;
    return failed(`${name} ${parsed.fault}, not "${clip(text)}".`, advice);
}

function usage(command: AnyCommand): string {
    return `Usage: ${usageOf(command)}`;
}

/** Words are separated by blanks; one in double quotes can contain them. Phones write other quotes than keyboards. */
function splitWords(line: string): readonly string[] {
    const words = line.trim().matchAll(/["“”„]([^"“”„]*)["“”]|(\S+)/g);
    return [...words].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

const LONGEST_QUOTE = 60;

/** What was typed is repeated in the answer. It is cut between characters, not within one. */
function clip(text: string): string {
    const characters = Array.from(text.slice(0, 200));
    return characters.length > LONGEST_QUOTE ? `${characters.slice(0, LONGEST_QUOTE).join("")}…` : text;
}
