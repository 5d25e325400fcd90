import { nearestWord } from "../config/nearestWord.ts";
import { type AnyCommand, type CommandLookup, type Level, reaches } from "./Command.ts";

/** Every command, found by name or alias. */
export class CommandTable implements CommandLookup {
    readonly all: readonly AnyCommand[];
    readonly #byWord: ReadonlyMap<string, AnyCommand>;

    constructor(commands: readonly AnyCommand[]) {
        this.all = commands;
        this.#byWord = new Map(
            commands.flatMap((command) => [command.name, ...(command.aliases ?? [])].map((word) => [word, command])),
        );
    }

    find(word: string): AnyCommand | undefined {
        return this.#byWord.get(word.toLowerCase());
    }

    availableTo(level: Level): readonly AnyCommand[] {
        return this.all.filter((command) => reaches(level, command.level));
    }

    nearest(word: string, level: Level): string | undefined {
        return nearestWord(
            word,
            this.availableTo(level).flatMap(({ name, aliases = [] }) => [name, ...aliases]),
        );
    }
}
