import { createLogger, format, transports } from "winston";
import type { Logger } from "winston";

export const logLevels = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof logLevels)[number];
export const logFormats = ["text", "json"] as const;
export type LogFormat = (typeof logFormats)[number];

/** Named values of a log entry. Never an SDP, a phone number, a secret or an Authorization header above debug. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A logger. Messages are constant; what varies goes into the fields. */
export interface Log {
    debug(message: string, fields?: LogFields): void;
    /** Once per step in the life of the server. */
    info(message: string, fields?: LogFields): void;
    /** Someone should look. */
    warn(message: string, fields?: LogFields): void;
    /** A fault of this program. */
    error(message: string, fields?: LogFields): void;
    /** Whether debug lines are written: lets callers skip expensive fields. */
    readonly isDebug: boolean;
}

/** Logs to stderr, one entry a line: stdout belongs to the parent. */
export function createLog(level: LogLevel, shape: LogFormat): Log {
    const logger = createLogger({
        level,
        format: format.combine(format.timestamp(), shape === "json" ? format.json() : format.printf(textLine)),
        // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston types them as interfaces
        transports: [new transports.Stream({ stream: process.stderr })],
    });
    return overWinston(logger);
}

function overWinston(logger: Logger): Log {
    return {
        debug: (message, fields) => void logger.debug(message, plain(fields, describe)),
        info: (message, fields) => void logger.info(message, plain(fields, describe)),
        warn: (message, fields) => void logger.warn(message, plain(fields, describe)),
        error: (message, fields) => void logger.error(message, plain(fields, withStack)),
        isDebug: logger.isDebugEnabled(),
    };
}

/** Errors lose their text in JSON, so it goes in as text. */
function plain(fields: LogFields = {}, written: (error: Error) => string): LogFields {
    return Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, value instanceof Error ? written(value) : value]),
    );
}

/** For a fault of the program, which is to be found. */
function withStack(error: Error): string {
    return error.stack ?? describe(error);
}

/** For errors caused by peers: one line, whatever they sent. */
function describe({ name, message, cause }: Error): string {
    const text = `${name}: ${message}`.replace(/\s+/g, " ").trim();
    return cause instanceof Error ? `${text}, because of ${describe(cause)}` : text;
}

/** `2026-01-01T00:00:00.000Z info application connected application=127.0.0.1:5000` */
function textLine({ timestamp, level, message, ...fields }: Readonly<Record<string, unknown>>): string {
    const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${oneLine(value)}`);
    return `${String(timestamp)} ${String(level)} ${String(message)}${pairs.join("")}`;
}

function oneLine(value: unknown): string {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return /[\s"]/.test(text) ? JSON.stringify(text) : text;
}
