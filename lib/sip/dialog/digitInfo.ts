import type { HeaderFields, IncomingRequest } from "../SipStack.ts";

/** The two bodies in which phones send a DTMF digit by INFO (RFC 6086 does not define either; Cisco introduced both). */
export type DigitBody = "application/dtmf-relay" | "application/dtmf";

/** Longest digit string that one INFO can carry. */
const MAX_DIGITS = 32;
/** How long the peer is to play a digit, in ms. */
const DURATION_MS = 160;
/** Events that some phones write as numbers (RFC 4733, section 3.2). */
const NUMBERED: Readonly<Record<string, string>> = { "10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D" };

/** Whether an INFO carries DTMF digits, in one of the two forms that phones use. */
export function carriesDigits({ method, headers }: Pick<IncomingRequest, "method" | "headers">): boolean {
    return method === "INFO" && /^application\/dtmf(?:-relay)?\s*(?:;|$)/i.test(headers.get("content-type") ?? "");
}

/** The digits in the body of such an INFO; undefined if it has none. Some phones write `Signal=` in either form. */
export function readDigits(body: string): string | undefined {
    const signal = /^\s*Signal\s*[=:]\s*(\S+)/im.exec(body)?.[1];
    if (signal !== undefined) return NUMBERED[signal] ?? digitsIn(signal, 1);
    return digitsIn(body.trim(), MAX_DIGITS);
}

function digitsIn(text: string, most: number): string | undefined {
    return text.length <= most && /^[0-9*#A-D]+$/i.test(text) ? text.toUpperCase() : undefined;
}

/** The body and its headers with which one digit is sent. */
export function writeDigit(digit: string, form: DigitBody): { readonly headers: HeaderFields; readonly body: string } {
    const headers = { "Content-Type": form };
    if (form === "application/dtmf") return { headers, body: digit };
    return { headers, body: `Signal=${digit}\r\nDuration=${DURATION_MS}\r\n` };
}
