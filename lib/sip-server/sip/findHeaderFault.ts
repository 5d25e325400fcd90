import { hasControls, parseDecimal } from "./characters.ts";
import { parseCSeq, readCSeqNumber } from "./CSeq.ts";
import type { Headers } from "./Headers.ts";
import { readNameAddr, readTag } from "./readNameAddr.ts";
import { parseVia } from "./Via.ts";

/**
 * Headers whose broken line makes a request be rejected, because it cannot be answered or served without them. Keys as in
 * {@link headerName}. The line of any other header is left out.
 */
const essential = new Set(["via", "from", "to", "call-id", "cseq", "content-length", "require", "proxy-require"]);

/** May stand in a message once only (RFC 3261 7.3.1): a different second one is how two readers come to see two messages. */
export const singularHeaders = [
    ...["From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Content-Type"],
] as readonly string[];

/** True if a request with a broken line of that header is rejected, false if the line can be left out. */
export function isEssentialHeader(key: string): boolean {
    return essential.has(key);
}

/**
 * Why a request that can be rejected has to be, as a reason phrase ("Bad From Header"), or undefined: only for headers
 * that every request needs. docs/design/tolerance.md lists them.
 */
export function findRequestFault(headers: Headers, method: string): string | undefined {
    for (const name of singularHeaders) {
        if (name !== "Max-Forwards" && new Set(headers.all(name)).size > 1) return `Several ${name} Headers`;
    }
    return (
        findTopViaFault(headers) ??
        findDialogFault(headers) ??
        findCSeqFault(headers.get("CSeq"), method) ??
        findContactFault(headers, method) ??
        findLengthFault(headers)
    );
}

/** Why the sender of a message cannot be answered, or its response not be matched; undefined if it can. */
export function findTopViaFault(headers: Headers): string | undefined {
    const [top] = headers.list("Via");
    if (top === undefined) return "Missing Via Header";
    const via = parseVia(top);
    return via === undefined || via.version !== undefined ? "Bad Via Header" : undefined;
}

/** Why an ACK, BYE or CANCEL cannot be matched with a dialog or transaction; undefined if it can. */
export function findUnrejectableFault(headers: Headers): string | undefined {
    const isNumbered = readCSeqNumber(headers.get("CSeq") ?? "") !== undefined;
    return findTopViaFault(headers) ?? findDialogFault(headers) ?? (isNumbered ? undefined : "Bad CSeq Header");
}

/** What identifies the dialog. No token of the control protocol can hold `|`, which separates them. */
function findDialogFault(headers: Headers): string | undefined {
    for (const name of ["From", "To"]) {
        const value = headers.get(name);
        if (value === undefined) return `Missing ${name} Header`;
        // applications cannot read parameters without an address
        const hasAddress = value !== "" && !value.startsWith(";");
        if (!hasAddress || readTag(value)?.includes("|") === true) return `Bad ${name} Header`;
    }
    const callId = headers.get("Call-ID");
    if (callId === undefined) return "Missing Call-ID Header";
    // applications trim control characters off its ends, and would know another call
    const isUsable = callId !== "" && !callId.includes("|") && !hasControls(callId);
    return isUsable ? undefined : "Bad Call-ID Header";
}

/** A REGISTER without its Contact would only ask for the bindings, and its sender take the 200 for a registration. */
function findContactFault(headers: Headers, method: string): string | undefined {
    const contacts = method === "REGISTER" ? headers.list("Contact") : [];
    const areAllBad = contacts.length > 0 && contacts.every((each) => each !== "*" && readNameAddr(each) === undefined);
    return areAllBad ? "Bad Contact Header" : undefined;
}

function findLengthFault(headers: Headers): string | undefined {
    const length = headers.get("Content-Length");
    const isBad = length !== undefined && parseDecimal(length, Number.MAX_SAFE_INTEGER) === undefined;
    return isBad ? "Bad Content-Length Header" : undefined;
}

function findCSeqFault(value: string | undefined, method: string): string | undefined {
    if (value === undefined) return "Missing CSeq Header";
    const cseq = parseCSeq(value);
    if (cseq === undefined) return "Bad CSeq Header";
    return cseq.method === method ? undefined : "CSeq Method Mismatch";
}
