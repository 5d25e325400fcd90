import type { Hop } from "../dialog/Dialog.ts";
import { formatCSeq } from "../sip/CSeq.ts";
import { Headers } from "../sip/Headers.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import type { SipUri } from "../sip/SipUri.ts";
import { branchOf, formatVia, isUniqueBranch, parseVia, type Via } from "../sip/Via.ts";
import type { ClientUser } from "../transaction/ClientUser.ts";
import { composeResponse } from "../transaction/composeResponse.ts";
import type { Flow, Protocol } from "../transport/SipTransport.ts";
import { responseTarget } from "../transport/viaOnReceipt.ts";
import { type AppHeaders, findUnusable, readAppHeaders } from "./appHeaders.ts";
import { composeCancel } from "./composeCancel.ts";
import { type EngineContext, newId, newTag } from "./EngineContext.ts";
import { ForkReaper } from "./ForkReaper.ts";
import { ignoredResponses } from "./LateResponses.ts";
import { metaOf } from "./metaOf.ts";
import { openHop } from "./openHop.ts";
import { parseNextHop, requestUri } from "./parseNextHop.ts";
import { refuse, type Refused } from "./Refused.ts";
import type { OfLostServer, OutgoingRequest, OutgoingResponse, SentRequest, SentResponse } from "./SipEngine.ts";

const protocols: Readonly<Record<string, Protocol>> = { UDP: "udp", TCP: "tcp", TLS: "tls", WS: "ws", WSS: "wss" };

/** The part of an INVITE that an application still has. */
interface KnownInvite {
    readonly request: SipRequest;
    readonly via: Via;
    readonly protocol: Protocol;
    /** What else is to be sent. */
    readonly rest: Headers;
}

/**
 * Ends INVITEs without a final response that another server sent or received, which is gone: the peer would ring on. The
 * application names them by the headers that a CANCEL and a response have in common with their INVITE (RFC 3261, sections 9.1
 * and 8.2.6.2).
 */
export class LostInvites {
    readonly #context: EngineContext;

    constructor(context: EngineContext) {
        this.#context = context;
    }

    /** Sends the CANCEL. The INVITE's final response is acknowledged, and a call that was answered meanwhile is ended by BYE. */
    async cancel(order: OutgoingRequest & OfLostServer): Promise<SentRequest | Refused> {
        const uri = requestUri(order.uri);
        if (uri === undefined) return refuse("badUri", order.uri);
        const invite = readInvite(uri, order);
        if ("kind" in invite) return invite;
        const { request, via, protocol, rest } = invite;
        request.headers.set("Via", formatVia(asSent(via)));
        const hop = hopOfInvite(invite, order.nextHop ?? order.uri);
        if (hop === undefined) return refuse("badUri", order.nextHop ?? order.uri);
        const flow = await openHop(hop, this.#context);
        if (flow?.protocol !== protocol) return refuse("noTransport");
        const { transactions } = this.#context;
        if (transactions.adoptSent(request, flow, this.#userOf(request)) === undefined) {
            return refuse("unknownInvite", "it is being cancelled");
        }
        const cancel = composeCancel(request, rest);
        transactions.startRequest(cancel, flow, ignoredResponses);
        return { kind: "sent", transactionId: newId(), message: cancel, meta: metaOf(flow, "application") };
    }

    /** Sends a final response other than 2xx, and repeats it until the ACK. */
    async respond(response: OutgoingResponse & OfLostServer): Promise<SentResponse | Refused> {
        const { status, reason, body } = response;
        if (status < 300) return refuse("badHeader", "status line");
        const invite = readInvite("sip:unknown@localhost", response);
        if ("kind" in invite) return invite;
        const flow = await this.#flowBack(invite);
        if (flow === undefined) return refuse("noTransport");
        const transaction = this.#context.transactions.adoptReceived(invite.request, flow);
        if (transaction === undefined) return refuse("unknownTransaction");
        const content = { status, ...(reason !== undefined && { reason }), body, headers: [...invite.rest] };
        const message: SipResponse = composeResponse(invite.request, { ...content, toTag: newTag() });
        transaction.respond(message);
        return { kind: "sent", transactionId: newId(), message, meta: metaOf(flow, "application") };
    }

    #userOf(invite: SipRequest): ClientUser {
        const forks = new ForkReaper(this.#context);
        return {
            ...ignoredResponses,
            onResponse: (response, flow) => {
                if (response.status >= 200 && response.status < 300) forks.end(invite, response, flow);
            },
        };
    }

    /** Where the responses to an INVITE go. A browser cannot be connected to. */
    async #flowBack({ via, protocol }: KnownInvite): Promise<Flow | undefined> {
        const target = protocol === "ws" || protocol === "wss" ? undefined : responseTarget(via, protocol);
        if (target === undefined) return undefined;
        return this.#context.transport.open({ protocol, ...target }).catch(() => undefined);
    }
}

function readInvite(uri: string, { headers: fields, body, via: lines }: OfLostServer & Fields): KnownInvite | Refused {
    const headers = readAppHeaders(fields, body);
    if ("kind" in headers) return headers;
    const unusable = findMissing(headers) ?? findUnusable(headers);
    if (unusable !== undefined) return refuse("badHeader", unusable);
    const [top = ""] = new Headers(lines.map((line) => ["Via", line] as const)).list("Via");
    const via = parseVia(top);
    const protocol = via === undefined ? undefined : protocols[via.transport];
    if (via === undefined || protocol === undefined || !isUniqueBranch(branchOf(via) ?? ""))
        return refuse("badHeader", "Via");
    return { request: requestOf(uri, headers, lines), via, protocol, rest: headers.rest };
}

type Fields = Pick<OutgoingRequest, "headers" | "body">;

function findMissing({ from, to, callId, cseq }: AppHeaders): "From" | "To" | "Call-ID" | "CSeq" | undefined {
    if (from === undefined) return "From";
    if (to === undefined) return "To";
    if (callId === undefined) return "Call-ID";
    return cseq === undefined ? "CSeq" : undefined;
}

function requestOf(uri: string, headers: AppHeaders, vias: readonly string[]): SipRequest {
    const { from = "", to = "", callId = "", cseq = 0, routes } = headers;
    const all = new Headers(vias.map((via) => ["Via", via] as const));
    for (const route of routes) all.add("Route", route);
    all.add("From", from);
    all.add("To", to);
    all.add("Call-ID", callId);
    all.add("CSeq", formatCSeq({ number: cseq, method: "INVITE" }));
    return { kind: "request", method: "INVITE", uri, headers: all, body: Buffer.alloc(0) };
}

/** By the transport that the INVITE went by. */
function hopOfInvite({ request, protocol }: KnownInvite, nextHop: string): Hop | undefined {
    const uri = parseNextHop(nextHop);
    if (uri === undefined) return undefined;
    return { kind: "uri", routed: { uri: request.uri, routes: [], nextHop: withTransport(uri, protocol) } };
}

function withTransport(uri: SipUri, protocol: Protocol): SipUri {
    if (uri.params.has("transport")) return uri;
    return { ...uri, params: new Map([...uri.params, ["transport", protocol]]) };
}

/** Without what the peer has added, as responses repeat it. */
function asSent(via: Via): Via {
    return {
        ...via,
        params: new Map([
            ["branch", branchOf(via) ?? null],
            ["rport", null],
        ]),
    };
}
