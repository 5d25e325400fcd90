import type { HeaderField } from "../../../lib/sip-server/sip/Headers.ts";
import { Headers } from "../../../lib/sip-server/sip/Headers.ts";
import type { MessageMeta } from "../../../lib/sip-server/engine/MessageMeta.ts";
import type { Refused } from "../../../lib/sip-server/engine/Refused.ts";
import type {
    EngineListener,
    OfLostServer,
    OutgoingRequest,
    OutgoingResponse,
    PendingRequest,
    SentRequest,
    SentResponse,
    SipEngine,
} from "../../../lib/sip-server/engine/SipEngine.ts";
import type { SipRequest, SipResponse } from "../../../lib/sip-server/sip/SipMessage.ts";

export const networkMeta: MessageMeta = {
    source: "network",
    protocol: "udp",
    remoteAddress: "192.0.2.9",
    remotePort: 5070,
    localAddress: "127.0.0.1",
    localPort: 5060,
};

type Order =
    | { readonly order: "send"; readonly request: OutgoingRequest }
    | { readonly order: "cancel"; readonly transactionId: string; readonly headers: readonly HeaderField[] }
    | { readonly order: "respond"; readonly transactionId: string; readonly response: OutgoingResponse }
    | { readonly order: "cancelLost"; readonly request: OutgoingRequest & OfLostServer }
    | { readonly order: "respondLost"; readonly response: OutgoingResponse & OfLostServer }
    | { readonly order: "abandonTransaction"; readonly transactionId: string }
    | { readonly order: "abandonDialog"; readonly dialogId: string };

/**
 * An engine without a network: writes down what it was ordered to do, says it was done (or the refusal it was told to
 * give), and leaves it to the spec to tell its listener what the network does.
 */
export class ScriptedEngine implements SipEngine {
    readonly listener: EngineListener;
    readonly orders: Order[] = [];
    /** Given to the next order instead of doing it. */
    refuseNext: Refused | null = null;
    #sent = 0;

    constructor(listener: EngineListener) {
        this.listener = listener;
    }

    send(request: OutgoingRequest): Promise<SentRequest | Refused> {
        this.orders.push({ order: "send", request });
        const { method, uri, body, dialogId } = request;
        const headers = new Headers(request.headers);
        if (!headers.has("From")) headers.add("From", "<sip:127.0.0.1>;tag=ours");
        if (!headers.has("To")) headers.add("To", `<${uri}>`);
        if (!headers.has("Call-ID")) headers.add("Call-ID", "made-up");
        headers.set("CSeq", `1 ${method}`);
        const message: SipRequest = { kind: "request", method, uri, headers, body };
        return this.#outcome({
            kind: "sent",
            transactionId: `client-${++this.#sent}`,
            ...(dialogId !== undefined && { dialogId }),
            message,
            meta: { ...networkMeta, source: "application" },
        });
    }

    cancel(transactionId: string, headers: readonly HeaderField[]): Promise<SentRequest | Refused> {
        this.orders.push({ order: "cancel", transactionId, headers });
        const message = sipRequest("CANCEL", "sip:bob@example.org");
        return this.#outcome({ kind: "sent", transactionId: "cancel-1", message, meta: networkMeta });
    }

    respond(transactionId: string, response: OutgoingResponse): Promise<SentResponse | Refused> {
        this.orders.push({ order: "respond", transactionId, response });
        const { status, reason = "Chosen By Engine", body } = response;
        const headers = new Headers(response.headers);
        headers.set("To", "<sip:bob@example.org>;tag=ours");
        headers.set("Contact", "<sip:127.0.0.1:5060>");
        const message: SipResponse = { kind: "response", status, reason, headers, body };
        const meta: MessageMeta = { ...networkMeta, source: "application" };
        return this.#outcome({ kind: "sent", transactionId, dialogId: "call-1;from-tag=theirs", message, meta });
    }

    cancelLost(request: OutgoingRequest & OfLostServer): Promise<SentRequest | Refused> {
        this.orders.push({ order: "cancelLost", request });
        const message = sipRequest("CANCEL", request.uri);
        return this.#outcome({ kind: "sent", transactionId: "cancel-1", message, meta: networkMeta });
    }

    respondLost(response: OutgoingResponse & OfLostServer): Promise<SentResponse | Refused> {
        this.orders.push({ order: "respondLost", response });
        const { status, body } = response;
        const message: SipResponse = { kind: "response", status, reason: "Lost", headers: new Headers(), body };
        return this.#outcome({ kind: "sent", transactionId: "lost-1", message, meta: networkMeta });
    }

    abandonTransaction(transactionId: string): void {
        this.orders.push({ order: "abandonTransaction", transactionId });
    }

    abandonDialog(dialogId: string): void {
        this.orders.push({ order: "abandonDialog", dialogId });
    }

    pendingRequest(id: string): PendingRequest {
        return { id, direction: "inbound", method: "INVITE", callId: "call-1" };
    }

    isConfirmed(): boolean {
        return true;
    }

    load(): never {
        throw new Error("a scripted engine has no load");
    }

    close(): Promise<void> {
        return Promise.resolve();
    }

    #outcome<Sent>(sent: Sent): Promise<Sent | Refused> {
        const refusal = this.refuseNext;
        this.refuseNext = null;
        return Promise.resolve(refusal ?? sent);
    }
}

/** A request as the network sends it, for the call `call-1` from tag `theirs` unless `headers` say otherwise. */
export function sipRequest(method: string, uri: string, headers: Record<string, string> = {}, body = ""): SipRequest {
    const fields = {
        Via: "SIP/2.0/UDP 192.0.2.9:5070;branch=z9hG4bKpeer",
        From: '"Älice" <sip:alice@example.org>;tag=theirs',
        To: "<sip:bob@example.org>",
        "Call-ID": "call-1",
        CSeq: `1 ${method}`,
        Contact: "<sip:alice@192.0.2.9:5070>",
        ...headers,
    };
    return { kind: "request", method, uri, headers: new Headers(Object.entries(fields)), body: Buffer.from(body) };
}

/** A response as the network sends it to `request`. */
export function sipResponse(status: number, reason: string, request: SipRequest, body = ""): SipResponse {
    const headers = new Headers(
        ["From", "Call-ID", "CSeq"].map((name) => [name, request.headers.get(name) ?? ""] as const),
    );
    headers.add("To", `${request.headers.get("To") ?? ""};tag=theirs`);
    headers.add("Contact", "<sip:bob@192.0.2.9:5070>");
    return { kind: "response", status, reason, headers, body: Buffer.from(body) };
}
