import { Command, InvalidArgumentError } from "commander";

const EXIT_MISUSED = 2;

/**
 * A command behind `npm run`, to which options are added before it is parsed. It ends the process by itself, with 0 when
 * asked for `--help` and 2 when what it was given is wrong, which it says in one line.
 */
export function command(name: string, description: string): Command {
    return new Command(`npm run ${name} --`)
        .description(description)
        .helpOption("-h, --help", "print this help")
        .showSuggestionAfterError(false)
        .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_MISUSED));
}

/** Reads an option that is a number within bounds. */
export function numberFrom(least: number, most: number): (text: string) => number {
    return readNumber(least, most, Number.isFinite, "a number");
}

/** Reads an option that counts something. */
export function wholeNumberFrom(least: number, most: number): (text: string) => number {
    return readNumber(least, most, Number.isSafeInteger, "a whole number");
}

function readNumber(
    least: number,
    most: number,
    isOne: (value: number) => boolean,
    what: string,
): (text: string) => number {
    return (text) => {
        const value = text.trim() === "" ? Number.NaN : Number(text);
        if (isOne(value) && value >= least && value <= most) return value;
        throw new InvalidArgumentError(`It must be ${what} from ${least} to ${most}.`);
    };
}
