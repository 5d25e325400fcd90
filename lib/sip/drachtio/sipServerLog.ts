import type { Log, LogFields } from "../../ports/Log.ts";

/** Writes a line of the server's log as one of the bridge's, with the field `process`. */
export function relayServerLog(log: Log, line: string): void {
    const { level, fields } = parseEntry(line);
    const { event, ...others } = fields;
    const values = { ...others, process: "sip-server" };
    const message = typeof event === "string" ? event : "SIP server log";
    if (OWN_CONNECTION.has(message)) return log.debug(message, values);
    switch (level) {
        case "error":
            return log.error(message, values);
        case "warn":
            return log.warn(message, values);
        case "debug":
            return log.debug(message, values);
        default:
            return log.info(message, values);
    }
}

/** The bridge logs its connection to the server itself. */
const OWN_CONNECTION: ReadonlySet<string> = new Set([
    "application connected",
    "application resumed",
    "application disconnected",
]);

/** The server's last line for the operator, without the stack trace of an internal error. */
export function startFailureOf(line: string): string {
    const { event, error } = parseEntry(line).fields;
    const told = [error, event].find((each) => typeof each === "string") ?? line;
    // the line of the listener can come last, or that of the program
    const [first = line] = told.replace(/^Error: /, "").split("\n", 1);
    return /^(?:bind|listen) E/.test(first) ? `${first}; see sip.listen` : first;
}

function parseEntry(line: string): { readonly level?: unknown; readonly fields: LogFields } {
    try {
        const entry: unknown = JSON.parse(line);
        if (typeof entry === "object" && entry !== null) {
            const { level, message, timestamp: _, ...fields } = entry as Record<string, unknown>;
            return { level, fields: { ...fields, event: message } };
        }
    } catch {
        // what the runtime itself writes is no JSON
    }
    return { level: "warn", fields: { line } };
}
