import { formatCSeq } from "../sip/CSeq.ts";
import { Headers } from "../sip/Headers.ts";
import { formatHostPort } from "../sip/hostPort.ts";
import { formatNameAddr, parseNameAddr, tagOf } from "../sip/NameAddr.ts";
import type { SipRequest } from "../sip/SipMessage.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { type AppHeaders, isToken, replaceLocalhost } from "./appHeaders.ts";

/** The part of a flow a request shows. */
export type FlowFace = Pick<Flow, "protocol" | "sentBy">;

/** A request but for what depends on the way it takes. */
export interface RequestDraft {
    readonly method: string;
    readonly uri: string;
    readonly routes: readonly string[];
    /** Without one: our own contact. A tag is added if it has none. */
    readonly from: string | undefined;
    readonly fromTag: string;
    readonly to: string;
    readonly callId: string;
    readonly cseq: number;
    /** `own`: our own contact; a list as given, empty for none. */
    readonly contacts: "own" | readonly string[];
    readonly rest: Headers;
    readonly body: Buffer;
}

const contactMethods: ReadonlySet<string> = new Set(["INVITE", "SUBSCRIBE", "REFER", "UPDATE", "NOTIFY"]);

/** True for methods that say where we want to be reached: those that make a dialog or refresh its target. */
export function needsContact(method: string): boolean {
    return contactMethods.has(method);
}

/** The request as it goes out by that flow, with that branch. */
export function composeRequest(draft: RequestDraft, flow: FlowFace, branch: string): SipRequest {
    const headers = new Headers();
    headers.add("Via", `SIP/2.0/${flow.protocol.toUpperCase()} ${formatHostPort(flow.sentBy)};branch=${branch};rport`);
    headers.add("Max-Forwards", "70");
    for (const route of draft.routes) headers.add("Route", route);
    const contact = ownContact(flow, draft.uri.toLowerCase().startsWith("sips:"));
    headers.add("From", withTag(draft.from ?? contact, draft.fromTag));
    headers.add("To", draft.to);
    headers.add("Call-ID", draft.callId);
    headers.add("CSeq", formatCSeq({ number: draft.cseq, method: draft.method }));
    for (const value of draft.contacts === "own" ? [contact] : draft.contacts) headers.add("Contact", value);
    for (const { name, value } of draft.rest) headers.add(name, value);
    replaceLocalhost(headers, flow);
    return { kind: "request", method: draft.method, uri: draft.uri, headers, body: draft.body };
}

/** The draft of a request outside of dialogs. */
export function draftOutOfDialog(
    order: { readonly method: string; readonly uri: string; readonly body: Buffer },
    headers: AppHeaders,
    made: { readonly callId: string; readonly fromTag: string; readonly cseq: number },
): RequestDraft {
    const { method, uri, body } = order;
    const givenTag = tagIn(headers.from);
    return {
        method,
        uri,
        routes: headers.routes,
        from: headers.from,
        fromTag: givenTag ?? made.fromTag,
        to: headers.to ?? `<${uri}>`,
        callId: headers.callId ?? made.callId,
        cseq: headers.cseq ?? made.cseq,
        contacts: headers.contacts.length === 0 && needsContact(method) ? "own" : headers.contacts,
        rest: headers.rest,
        body,
    };
}

/** Our Contact on that flow, in brackets. WebSocket is `ws` also over TLS (RFC 7118 5.2.3). */
export function ownContact(flow: FlowFace, secure = false): string {
    const transport = flow.protocol === "wss" ? "ws" : flow.protocol;
    const param = transport === "udp" ? "" : `;transport=${transport}`;
    return `<${secure ? "sips" : "sip"}:${formatHostPort(flow.sentBy)}${param}>`;
}

function withTag(value: string, tag: string): string {
    const address = parseNameAddr(value);
    if (address === undefined || tagOf(address) !== undefined) return value;
    return formatNameAddr({ ...address, params: new Map([...address.params, ["tag", tag]]) });
}

/** The tag that an application sets in its From or To. Undefined unless it is a token (RFC 3261 25.1), which can stand behind any address. */
export function tagIn(value: string | undefined): string | undefined {
    const address = value === undefined ? undefined : parseNameAddr(value);
    const tag = address === undefined ? undefined : tagOf(address);
    return tag !== undefined && isToken(tag) ? tag : undefined;
}
