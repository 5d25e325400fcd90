import { Headers } from "./Headers.ts";
import { formatNameAddr, type NameAddr } from "./NameAddr.ts";
import { readNameAddr, readTag, repairNameAddr } from "./readNameAddr.ts";
import { reasonPhrase } from "./reasonPhrases.ts";
import type { SipRequest, SipResponse } from "./SipMessage.ts";

/** Options of {@link responseTo}. */
export interface ResponseDetails {
    /** Registered phrase of the status by default. */
    readonly reason?: string;
    /** Put on To unless it has a tag already. Required for everything above 100 by RFC 3261 8.2.6.2. */
    readonly toTag?: string;
}

/** The response to a request with what RFC 3261 8.2.6.2 copies: all Via, From, To, Call-ID, CSeq, as far as present. */
export function responseTo(request: SipRequest, status: number, details: ResponseDetails = {}): SipResponse {
    const headers = new Headers();
    for (const name of ["Via", "From", "To", "Call-ID", "CSeq"]) {
        for (const value of request.headers.all(name)) {
            headers.add(name, name === "To" ? withTag(value, details.toTag) : value);
            if (name !== "Via") break;
        }
    }
    return { kind: "response", status, reason: details.reason ?? reasonPhrase(status), headers, body: Buffer.alloc(0) };
}

function withTag(to: string, tag: string | undefined): string {
    if (tag === undefined) return to;
    if (readTag(to) !== undefined) return to;
    const address = readNameAddr(to);
    // Behind an empty tag, the sender of the request would not find this one.
    if (address?.params.has("tag") === true) return formatNameAddr(withParam(address, "tag", tag));
    // Behind an open quote the tag would be part of it.
    return `${repairNameAddr(to) ?? to};tag=${tag}`;
}

function withParam(address: NameAddr, name: string, value: string): NameAddr {
    return { ...address, params: new Map([...address.params, [name, value]]) };
}
