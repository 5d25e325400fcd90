import { inspect } from "node:util";

/** Messages are short and constant: padded to this, the fields of most lines stand below each other. */
const MESSAGE_WIDTH = 36;
const LEVEL_WIDTH = 5;
/** A field can contain text from an unknown peer. */
const MAX_VALUE_LENGTH = 1_000;

/**
 * One log entry for people, in one line but for an error's stack, which is indented below it:
 * `2026-01-31T12:00:00.000Z INFO  call answered                        callId=4fK2 side=target`
 */
export function formatLogLine({
    timestamp,
    level,
    message,
    ...fields
}: Readonly<Record<string, unknown>> & { readonly level: string; readonly message: unknown }): string {
    const pairs = Object.entries(fields).map(([name, value]) => `${name}=${formatValue(value)}`);
    const text = pairs.length === 0 ? String(message) : String(message).padEnd(MESSAGE_WIDTH);
    const line = [String(timestamp), level.toUpperCase().padEnd(LEVEL_WIDTH), text, ...pairs].join(" ");
    const stacks = level === "error" ? Object.values(fields).flatMap(stackOf) : [];
    return [line, ...stacks].join("\n");
}

function formatValue(value: unknown): string {
    if (isPlainError(value)) return quoted(describeError(value));
    if (typeof value === "string") return quoted(value);
    if (Array.isArray(value) && value.every((each) => typeof each === "string" || typeof each === "number")) {
        return value.length === 0 ? "none" : quoted(value.join(","));
    }
    return clipped(inspect(value, { breakLength: Infinity, depth: 4 }));
}

/** Quoted where it would be misread, with escapes for what could forge a line. */
function quoted(text: string): string {
    return clipped(/^[\w.:@!+/<>()*#,;=?%~-]+$/.test(text) ? text : JSON.stringify(text));
}

function clipped(text: string): string {
    return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text;
}

interface PlainError {
    readonly name: string;
    readonly message: string;
    readonly stack?: string;
    readonly cause?: unknown;
}

function isPlainError(value: unknown): value is PlainError {
    return typeof value === "object" && value !== null && "message" in value && "stack" in value;
}

function describeError({ name, message, cause }: PlainError): string {
    const told = `${name}: ${message}`;
    return isPlainError(cause) ? `${told}, because of ${describeError(cause)}` : told;
}

function stackOf(value: unknown): string[] {
    if (!isPlainError(value)) return [];
    const frames = (value.stack ?? "").split("\n").filter((frame) => frame.startsWith("    at "));
    return frames.map((frame) => `    ${frame}`);
}
