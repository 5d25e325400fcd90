import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import type { Administration } from "./Administration.ts";
import { failed, type Outcome } from "./Answer.ts";
import { type AnyCommand, type CommandContext, type Invoker, reaches } from "./Command.ts";
import type { CommandTable } from "./CommandTable.ts";
import { parseCommandLine, parseNamed } from "./parseCommand.ts";

export interface CommandRunnerParts {
    readonly commands: CommandTable;
    readonly administration: Administration;
    readonly clock: Clock;
    readonly log: Log;
}

/** The outcome of a command line, and the command's name for the name of a file. */
export interface CommandResult {
    readonly command: string;
    readonly outcome: Outcome;
}

type Values = Readonly<Record<string, unknown>>;

interface PendingCommand {
    readonly command: AnyCommand;
    readonly values: Values;
    readonly expiresAt: number;
}

/** How long a question waits for `yes`, in ms. */
const CONFIRMATION_MS = 60_000;
/** Open questions; the oldest one is forgotten for a new one. */
const MAX_PENDING = 100;

/** Runs commands for the control room, the HTTP API and the command line. Never rejects. */
export class CommandRunner {
    readonly #parts: CommandRunnerParts;
    /** Questions that wait for an answer, by who was asked where. */
    readonly #pending = new Map<string, PendingCommand>();

    constructor(parts: CommandRunnerParts) {
        this.#parts = parts;
    }

    /** Runs a command line that somebody wrote in a room. `yes` confirms the command before. */
    async runLine(line: string, invoker: Invoker): Promise<CommandResult> {
        const key = `${invoker.name} ${invoker.roomId ?? ""}`;
        const pending = this.#pending.get(key);
        this.#pending.delete(key);
        if (/^(?:yes|no)$/i.test(line.trim())) return this.#answerQuestion(line, pending, invoker);
        const parsed = parseCommandLine(line, this.#parts.commands, invoker.level);
        if ("failure" in parsed) return { command: "help", outcome: parsed };
        const { command, values } = parsed;
        const question = this.#questionOf(command, values, invoker);
        if (question === undefined) return this.#run(command, values, invoker);
        if (typeof question !== "string") return { command: command.name, outcome: question };
        this.#ask(key, { command, values, expiresAt: this.#parts.clock.now() + CONFIRMATION_MS });
        return { command: command.name, outcome: failed(question, "Send yes within a minute to confirm.") };
    }

    /** Runs a command of the HTTP API, whose client has confirmed what needs it. */
    async runNamed(
        command: AnyCommand,
        given: Readonly<Record<string, string>>,
        invoker: Invoker,
    ): Promise<CommandResult> {
        if (!reaches(invoker.level, command.level)) {
            return { command: command.name, outcome: failed("You may not do that.") };
        }
        const parsed = parseNamed(given, command);
        if ("failure" in parsed) return { command: command.name, outcome: parsed };
        return this.#run(command, parsed.values, invoker);
    }

    async #answerQuestion(line: string, pending: PendingCommand | undefined, invoker: Invoker): Promise<CommandResult> {
        if (pending === undefined || pending.expiresAt < this.#parts.clock.now()) {
            return { command: "help", outcome: failed("There is nothing to confirm.", "Send the command again.") };
        }
        const { command, values } = pending;
        // permissions can have changed since the question
        if (!reaches(invoker.level, command.level)) {
            return { command: command.name, outcome: failed("You may not do that.") };
        }
        if (/^no$/i.test(line.trim())) return { command: command.name, outcome: failed("Nothing was changed.") };
        return this.#run(command, values, invoker);
    }

    #questionOf(command: AnyCommand, values: Values, invoker: Invoker): string | Outcome | undefined {
        try {
            return command.confirm?.(values, this.#contextOf(invoker));
        } catch (error) {
            return this.#broken(command, invoker, error);
        }
    }

    #ask(key: string, pending: PendingCommand): void {
        this.#pending.set(key, pending);
        const [oldest] = this.#pending.keys();
        if (this.#pending.size > MAX_PENDING && oldest !== undefined) this.#pending.delete(oldest);
    }

    async #run(command: AnyCommand, values: Values, invoker: Invoker): Promise<CommandResult> {
        const { log } = this.#parts;
        if (command.effect === "act") log.info("command given", { command: command.name, by: invoker.name });
        try {
            return { command: command.name, outcome: await command.run(values, this.#contextOf(invoker)) };
        } catch (error) {
            return { command: command.name, outcome: this.#broken(command, invoker, error) };
        }
    }

    #broken({ name }: AnyCommand, invoker: Invoker, error: unknown): Outcome {
        this.#parts.log.error("command failed", { command: name, by: invoker.name, error });
        return failed(`${name} failed because of an error in the bridge.`, "The log has the details.");
    }

    #contextOf(invoker: Invoker): CommandContext {
        const { administration, commands, clock } = this.#parts;
        return { administration, commands, invoker, now: clock.now() };
    }
}
