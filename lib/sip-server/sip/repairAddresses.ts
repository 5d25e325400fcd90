import { hasControls } from "./characters.ts";
import { Headers } from "./Headers.ts";
import { parseNameAddr } from "./NameAddr.ts";
import { repairNameAddr } from "./readNameAddr.ts";

/** Kept as they are if they cannot be repaired: a Refer-To without brackets may hold headers behind its "?". */
const single = ["From", "To", "Refer-To", "Referred-By", "P-Called-Party-ID"] as const;
const lists = ["Contact", "Route", "Record-Route", "Path", "P-Asserted-Identity", "P-Preferred-Identity"].concat([
    "Remote-Party-ID",
    "Diversion",
    "History-Info",
]);

/**
 * The headers with every address written by the grammar, for applications, whose parsers are stricter than ours. List
 * elements without a URI are left out. Control characters become blanks: applications copy headers into their responses,
 * which must not have any. Returns `headers` itself if there is nothing to repair, which is the usual case.
 */
export function repairAddresses(received: Headers): Headers {
    const headers = withoutControls(received);
    let repaired = headers;
    const replace = (name: string, values: readonly string[]): void => {
        if (repaired === headers) repaired = headers.copy();
        repaired.set(name, ...values);
    };
    for (const name of single) {
        const value = headers.get(name);
        const written = value === undefined || isWellFormed(value) ? value : repairNameAddr(value);
        if (written !== undefined && written !== value) replace(name, [written]);
    }
    for (const name of lists) {
        const values = headers.list(name);
        if (!values.every(isWellFormed))
            replace(
                name,
                values.flatMap((value) => repairNameAddr(value) ?? []),
            );
    }
    return repaired;
}

function withoutControls(headers: Headers): Headers {
    const fields = [...headers];
    if (!fields.some(({ value }) => hasControls(value))) return headers;
    return new Headers(
        fields.map(({ name, value }) => ({ name, value: value.replace(/[\0-\x08\x0a-\x1f\x7f]/g, " ") })),
    );
}

function isWellFormed(value: string): boolean {
    return value === "*" || parseNameAddr(value) !== undefined;
}
