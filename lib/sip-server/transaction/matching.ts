import { parseCSeq, readCSeqNumber } from "../sip/CSeq.ts";
import { readTag } from "../sip/readNameAddr.ts";
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
    const branch = topBranch(message);
    const method = cseqMethod(message)?.toUpperCase();
    return branch === undefined || method === undefined ? undefined : `${branch}|${method}`;
}

/** The branch of the top Via; undefined without one. */
export function topBranch(message: SipMessage): string | undefined {
    const top = message.headers.list("Via")[0];
    const via = top === undefined ? undefined : parseVia(top);
    return via === undefined ? undefined : branchOf(via);
}

/** What copies of one request that came by several ways have in common (8.2.2.2): with another method, of the request that this one belongs to. */
export function mergeKey(request: SipRequest, method = request.method): string {
    const callId = request.headers.get("Call-ID") ?? "";
    return `${callId}|${fromTag(request) ?? ""}|${cseqNumber(request) ?? ""} ${method}`;
}

export function fromTag(message: SipRequest | SipResponse): string | undefined {
    return tagIn(message, "From");
}

export function toTag(message: SipRequest | SipResponse): string | undefined {
    return tagIn(message, "To");
}

export function cseqNumber(message: SipRequest | SipResponse): number | undefined {
    return readCSeqNumber(message.headers.get("CSeq") ?? "");
}

export function cseqMethod(message: SipRequest | SipResponse): string | undefined {
    return parseCSeq(message.headers.get("CSeq") ?? "")?.method;
}

function tagIn(message: SipMessage, header: "From" | "To"): string | undefined {
    return readTag(message.headers.get(header) ?? "");
}
