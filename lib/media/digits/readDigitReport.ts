import { type Side } from "../../call/vocabulary.ts";
import { parseObject } from "../ngProtocol.ts";

/** A digit that a party of a call at rtpengine pressed, as rtpengine reports it. */
export interface DigitReport {
    /** The call-id at rtpengine. */
    readonly call: string;
    /** Who pressed it. */
    readonly side: Side;
    readonly digit: string;
}

/** A report is about 200 bytes long. */
const MAX_BYTES = 2_048;
/** The keys of a telephone in the order of their event codes (RFC 4733, section 3.2). */
const KEYS = "0123456789*#ABCD";

/**
 * Reads one datagram of rtpengine's DTMF log (`dtmf-log-dest`): a JSON object for each digit. Undefined for everything that is not
 * exactly that, and for parties that are no sides of a call of the bridge. Never throws.
 */
export function readDigitReport(datagram: Uint8Array): DigitReport | undefined {
    if (datagram.byteLength > MAX_BYTES) return undefined;
    const report = parseObject(Buffer.from(datagram.buffer, datagram.byteOffset, datagram.byteLength).toString());
    if (report?.["type"] !== "DTMF") return undefined;
    const { callid: call, source_tag: side, event } = report;
    if (typeof call !== "string" || (side !== "origin" && side !== "target")) return undefined;
    const digit = typeof event === "number" && Number.isInteger(event) ? KEYS[event] : undefined;
    return digit === undefined ? undefined : { call, side, digit };
}
