import type { Log, LogFields } from "../../lib/ports/Log.ts";

/** One line of a log. */
export interface RecordedLine {
    readonly level: "debug" | "info" | "warn" | "error";
    readonly message: string;
    readonly fields: LogFields;
}

/** A log that keeps every line with its fields, for specs about what an operator can read. */
export class RecordedLog implements Log {
    readonly lines: RecordedLine[];
    readonly #fields: LogFields;

    constructor(lines: RecordedLine[] = [], fields: LogFields = {}) {
        this.lines = lines;
        this.#fields = fields;
    }

    debug(message: string, fields?: LogFields): void {
        this.#add("debug", message, fields);
    }

    info(message: string, fields?: LogFields): void {
        this.#add("info", message, fields);
    }

    warn(message: string, fields?: LogFields): void {
        this.#add("warn", message, fields);
    }

    error(message: string, fields?: LogFields): void {
        this.#add("error", message, fields);
    }

    child(fields: LogFields): Log {
        return new RecordedLog(this.lines, { ...this.#fields, ...fields });
    }

    #add(level: RecordedLine["level"], message: string, fields: LogFields = {}): void {
        this.lines.push({ level, message, fields: { ...this.#fields, ...fields } });
    }
}
