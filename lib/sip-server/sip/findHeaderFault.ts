import { parseDecimal } from "./characters.ts";
import { parseCSeq } from "./CSeq.ts";
import type { Headers } from "./Headers.ts";
import { parseNameAddr, tagOf } from "./NameAddr.ts";
import { parseVia } from "./Via.ts";

/** Headers without which, or with a broken one of which, a message cannot be dealt with. Keys as in {@link headerName}. */
const essential = new Set(
    ["via", "from", "to", "call-id", "cseq", "max-forwards", "content-length"].concat([
        "contact",
        "route",
        "record-route",
        "require",
        "proxy-require",
    ]),
);

/** May stand in a message once only (RFC 3261 7.3.1): a second one is how two readers come to see two messages. */
const singular = ["From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length"];

/** True if a message with a broken line of that header is broken, false if the line can be left out. */
export function isEssentialHeader(key: string): boolean {
    return essential.has(key);
}

/**
 * The first thing that is wrong with the headers every element relies on, as a reason phrase ("Bad From Header"), or
 * undefined. `method` is that of the request line, undefined for responses.
 */
export function findHeaderFault(headers: Headers, method: string | undefined): string | undefined {
    for (const name of singular) if (headers.all(name).length > 1) return `Several ${name} Headers`;
    return (
        findViaFault(headers) ??
        findAddressFault(headers) ??
        findCSeqFault(headers.get("CSeq"), method) ??
        findNumberFault(headers)
    );
}

/**
 * True for a Call-ID without white space: RFC 3261 requires words, but the characters do not matter to us. No word holds `|` either,
 * which in dialog ids would pass for the end of one where tokens are separated by it; that goes for tags too.
 */
function isCallId(text: string): boolean {
    return text !== "" && !text.includes(" ") && !text.includes("\t") && !text.includes("|");
}

function isAddressWithTag(text: string): boolean {
    const address = parseNameAddr(text);
    return address !== undefined && tagOf(address)?.includes("|") !== true;
}

function findViaFault(headers: Headers): string | undefined {
    const vias = headers.list("Via");
    if (vias.length === 0) return "Missing Via Header";
    const isFine = (element: string): boolean => {
        const via = parseVia(element);
        return via !== undefined && via.version === undefined;
    };
    return vias.every(isFine) ? undefined : "Bad Via Header";
}

function findAddressFault(headers: Headers): string | undefined {
    for (const name of ["From", "To"]) {
        const value = headers.get(name);
        if (value === undefined) return `Missing ${name} Header`;
        if (!isAddressWithTag(value)) return `Bad ${name} Header`;
    }
    for (const name of ["Contact", "Route", "Record-Route"]) {
        const isFine = (element: string): boolean =>
            (name === "Contact" && element === "*") || parseNameAddr(element) !== undefined;
        if (!headers.list(name).every(isFine)) return `Bad ${name} Header`;
    }
    const callId = headers.get("Call-ID");
    if (callId === undefined) return "Missing Call-ID Header";
    return isCallId(callId) ? undefined : "Bad Call-ID Header";
}

function findNumberFault(headers: Headers): string | undefined {
    const maxForwards = headers.get("Max-Forwards");
    if (maxForwards !== undefined && parseDecimal(maxForwards, 255) === undefined) return "Bad Max-Forwards Header";
    const length = headers.get("Content-Length");
    if (length !== undefined && parseDecimal(length, Number.MAX_SAFE_INTEGER) === undefined) {
        return "Bad Content-Length Header";
    }
    return undefined;
}

function findCSeqFault(value: string | undefined, method: string | undefined): string | undefined {
    if (value === undefined) return "Missing CSeq Header";
    const cseq = parseCSeq(value);
    if (cseq === undefined) return "Bad CSeq Header";
    return method === undefined || cseq.method === method ? undefined : "CSeq Method Mismatch";
}
