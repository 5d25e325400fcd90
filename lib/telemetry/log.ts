import { createLogger, format, transports, type Logger } from "winston";
import type { Log, LogFields } from "../ports/Log.ts";
import { formatLogLine } from "./formatLogLine.ts";
import { redactField } from "./redact.ts";

type Level = "debug" | "info" | "warn" | "error";

export interface LogOptions {
    /** The least important level that is written. */
    readonly level: Level;
    /** Aligned text for people, or one JSON object a line for machines. */
    readonly format: "human" | "json";
    /** Where it goes, one entry a line: the standard output, which the supervisor of the process keeps. */
    readonly stream: NodeJS.WritableStream;
}

/** A log whose level can be changed while the program runs, for every log derived from it. */
export interface LevelledLog extends Log {
    readonly level: Level;
    setLevel(level: Level): void;
}

/** The program's log. Made once; everything else gets a child of it. */
export function createLog({ level, format: form, stream }: LogOptions): LevelledLog {
    const line = form === "json" ? format.json() : format.printf(formatLogLine);
    const logger = createLogger({
        level,
        format: format.combine(format.timestamp(), line),
        // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston types them as interfaces
        transports: [new transports.Stream({ stream })],
    });
    return new WinstonLog(logger, {});
}

/** Fields are formatted only for a line that is written: most lines are at debug, which is usually off. */
class WinstonLog implements LevelledLog {
    readonly #logger: Logger;
    readonly #fields: LogFields;

    constructor(logger: Logger, fields: LogFields) {
        this.#logger = logger;
        this.#fields = fields;
    }

    get level(): Level {
        return this.#logger.level as Level;
    }

    setLevel(level: Level): void {
        this.#logger.level = level;
    }

    debug(message: string, fields?: LogFields): void {
        this.#write("debug", message, fields);
    }

    info(message: string, fields?: LogFields): void {
        this.#write("info", message, fields);
    }

    warn(message: string, fields?: LogFields): void {
        this.#write("warn", message, fields);
    }

    error(message: string, fields?: LogFields): void {
        this.#write("error", message, fields);
    }

    child(fields: LogFields): Log {
        return new WinstonLog(this.#logger, { ...this.#fields, ...fields });
    }

    #write(level: Level, message: string, fields: LogFields = {}): void {
        if (!this.#logger.isLevelEnabled(level)) return;
        const entry: Record<string, unknown> = {};
        for (const [name, value] of Object.entries({ ...this.#fields, ...fields })) {
            if (value !== undefined) entry[RESERVED.has(name) ? `${name}_` : name] = redactField(name, value, level);
        }
        this.#logger.log({ ...entry, level, message });
    }
}

/** Names winston has a meaning for. */
const RESERVED: ReadonlySet<string> = new Set(["level", "message", "timestamp"]);
