import { parseCSeq } from "../sip/CSeq.ts";
import { parseNameAddr, tagOf } from "../sip/NameAddr.ts";
import type { SipMessage, SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { branchOf, isUniqueBranch, parseVia } from "../sip/Via.ts";

/**
 * The key of the server transaction a request belongs to (RFC 3261 17.2.3); an ACK's is that of its INVITE. Clients of
 * RFC 2543 do not make branches unique: for them it is made of what stays the same in repeated requests. The To tag is
 * not part of it, since the ACK of a refusal has one that its INVITE has not. Undefined without a usable Via.
 */
export function serverTransactionKey(request: SipRequest, method = request.method): string | undefined {
    const top = request.headers.list("Via")[0];
    const via = top === undefined ? undefined : parseVia(top);
    if (via === undefined) return undefined;
    const named = method === "ACK" ? "INVITE" : method;
    const branch = branchOf(via);
    if (branch !== undefined && isUniqueBranch(branch)) return `${branch}|${via.host}:${via.port ?? ""}|${named}`;
    const { headers } = request;
    const parts = [
        request.uri,
        fromTag(request),
        headers.get("Call-ID"),
        cseqNumber(request),
        via.host,
        via.port,
        branch,
    ];
    return `2543|${parts.map((part) => part ?? "").join("|")}|${named}`;
}

/** The key of the client transaction a response belongs to (17.1.3), and of the request that starts one. */
export function clientTransactionKey(message: SipMessage): string | undefined {
    const top = message.headers.list("Via")[0];
    const via = top === undefined ? undefined : parseVia(top);
    const branch = via === undefined ? undefined : branchOf(via);
    const method = parseCSeq(message.headers.get("CSeq") ?? "")?.method;
    return branch === undefined || method === undefined ? undefined : `${branch}|${method}`;
}

/** What copies of one request that came by several ways have in common (8.2.2.2). */
export function mergeKey(request: SipRequest): string {
    return `${request.headers.get("Call-ID") ?? ""}|${fromTag(request) ?? ""}|${request.headers.get("CSeq") ?? ""}`;
}

export function fromTag(message: SipRequest | SipResponse): string | undefined {
    return tagIn(message, "From");
}

export function toTag(message: SipRequest | SipResponse): string | undefined {
    return tagIn(message, "To");
}

export function cseqNumber(message: SipRequest | SipResponse): number | undefined {
    return parseCSeq(message.headers.get("CSeq") ?? "")?.number;
}

export function cseqMethod(message: SipRequest | SipResponse): string | undefined {
    return parseCSeq(message.headers.get("CSeq") ?? "")?.method;
}

function tagIn(message: SipMessage, header: "From" | "To"): string | undefined {
    const address = parseNameAddr(message.headers.get(header) ?? "");
    return address === undefined ? undefined : tagOf(address);
}
