import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { Administration } from "./Administration.ts";
import type { Outcome } from "./Answer.ts";
import type { Arguments, ValuesOf } from "./Argument.ts";

/** Who can give a command. Each level includes those before it. */
export const LEVELS = ["user", "operator", "admin"] as const;
export type Level = (typeof LEVELS)[number];

export function reaches(level: Level | "none", needed: Level): boolean {
    return level !== "none" && LEVELS.indexOf(level) >= LEVELS.indexOf(needed);
}

/** Who gives a command, and where. */
export interface Invoker {
    /** How changes are attributed: a Matrix user ID, or `http` for the HTTP API. */
    readonly name: string;
    readonly level: Level;
    /** Undefined for the HTTP API. */
    readonly user?: MatrixUserId;
    /** The room in which the command was given, if it was. */
    readonly roomId?: string;
}

/** Finds commands, for `help`. */
export interface CommandLookup {
    find(word: string): AnyCommand | undefined;
    /** The commands that a level can give. */
    availableTo(level: Level): readonly AnyCommand[];
    /** The name of a command that was most likely meant. */
    nearest(word: string, level: Level): string | undefined;
}

export interface CommandContext {
    readonly administration: Administration;
    readonly invoker: Invoker;
    readonly commands: CommandLookup;
    /** Wall time in ms since the Unix epoch. */
    readonly now: number;
}

/** One declared command. The parser, `help`, the documents, the HTTP API and the command line derive from it. */
export interface Command<Declared extends Arguments = Arguments> {
    readonly name: string;
    readonly aliases?: readonly string[];
    readonly level: Level;
    /** One sentence that says what the command does. */
    readonly summary: string;
    /** Further sentences for `help <command>` and the documents. */
    readonly details?: string;
    readonly arguments: Declared;
    /** Complete command lines, without prefix. */
    readonly examples: readonly string[];
    /** `GET` for commands that change nothing. */
    readonly effect: "inspect" | "act";
    /** A question that has to be answered with `yes` before the command runs; undefined if none is needed. */
    readonly confirm?: (values: ValuesOf<Declared>, context: CommandContext) => string | undefined;
    run(values: ValuesOf<Declared>, context: CommandContext): Outcome | Promise<Outcome>;
}

/** A command whose arguments have been forgotten by the type system: how the table keeps them. */
export type AnyCommand = Command;

/** Declares a command. */
export function defineCommand<const Declared extends Arguments>(command: Command<Declared>): AnyCommand {
    return command as unknown as AnyCommand;
}

/** How a command is written: `trunk <name> [action]`. */
export function usageOf({ name, arguments: declared }: AnyCommand): string {
    const words = Object.entries(declared).map(([argument, { required, choices, rest, introduction }]) => {
        const shown = choices === undefined ? argument : choices.join("|");
        const repeated = rest === true ? `${shown} ...` : shown;
        const introduced = introduction === undefined ? repeated : `${introduction} ${repeated}`;
        return required ? `<${introduced}>` : `[${introduced}]`;
    });
    return [name, ...words].join(" ");
}
