import { consistsOf, parseDecimal, token } from "./characters.ts";

/** CSeq (RFC 3261 20.16). */
export interface CSeq {
    /** Below 2**32; RFC 3261 8.1.1.5 requires the first of a dialog to be below 2**31; RFC 4475 3.1.2.4 treats more as an error. */
    readonly number: number;
    readonly method: string;
}

/** Reads `number method`. Undefined for anything else. */
export function parseCSeq(text: string): CSeq | undefined {
    const spaced = text.trim().replaceAll("\t", " ");
    const space = spaced.indexOf(" ");
    if (space === -1) return undefined;
    const number = parseDecimal(spaced.slice(0, space), 4_294_967_295);
    const method = spaced.slice(space + 1).trim();
    return number === undefined || !consistsOf(method, token) ? undefined : { number, method };
}

/** The number at the start, whatever follows it. Undefined without one. */
export function readCSeqNumber(text: string): number | undefined {
    const spaced = text.trim().replaceAll("\t", " ");
    const space = spaced.indexOf(" ");
    return parseDecimal(space === -1 ? spaced : spaced.slice(0, space), 4_294_967_295);
}

export function formatCSeq(cseq: CSeq): string {
    return `${cseq.number} ${cseq.method}`;
}
