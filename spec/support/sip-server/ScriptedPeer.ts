import { Headers } from "../../../lib/sip-server/sip/Headers.ts";
import { serializeMessage } from "../../../lib/sip-server/sip/serializeMessage.ts";
import type { SipMessage, SipRequest, SipResponse } from "../../../lib/sip-server/sip/SipMessage.ts";
import { composeResponse, type ResponseContent } from "../../../lib/sip-server/transaction/composeResponse.ts";
import type { Flow } from "../../../lib/sip-server/transport/SipTransport.ts";
import { titleOf } from "./MemoryNetwork.ts";
import type { Stage } from "./Stage.ts";

/** A header as a pair. */
export type Pair = readonly [name: string, value: string];

/** A SIP party without an engine: says exactly what a scenario wants it to say, also what no sane party would. */
export class ScriptedPeer {
    readonly address: string;
    readonly received: SipMessage[] = [];
    /** What is done with each message as it comes. */
    onMessage: (message: SipMessage, flow: Flow) => void = () => undefined;
    readonly #stage: Stage;
    #branch = 0;

    constructor(stage: Stage, address: string) {
        this.#stage = stage;
        this.address = address;
        stage.network.host(address, stage.protocol).onMessage((message, flow) => {
            this.received.push(message);
            this.onMessage(message, flow);
        });
    }

    /** Titles of all that came. */
    get heard(): readonly string[] {
        return this.received.map(titleOf);
    }

    /** The last request of that method that came. */
    request(method: string): SipRequest {
        const found = this.received.findLast((message) => message.kind === "request" && message.method === method);
        if (found?.kind !== "request") throw new Error(`no ${method} came`);
        return found;
    }

    /** The last response to a request of that method. */
    response(method: string): SipResponse {
        const found = this.received.findLast(
            (message) => message.kind === "response" && (message.headers.get("CSeq") ?? "").endsWith(` ${method}`),
        );
        if (found?.kind !== "response") throw new Error(`no response to ${method} came`);
        return found;
    }

    /** Answers a request. */
    respond(request: SipRequest, content: ResponseContent & { readonly with?: readonly Pair[] }): void {
        const response = composeResponse(request, content);
        for (const [name, value] of content.with ?? []) response.headers.add(name, value);
        this.#send(response);
    }

    /** The Contact of this peer, as a header. */
    get contact(): Pair {
        return ["Contact", `<sip:${this.address}>`];
    }

    /** Sends a request; returns it. Each gets a branch of its own unless `via` is given. */
    send(method: string, uri: string, headers: readonly Pair[], body = Buffer.alloc(0), via?: string): SipRequest {
        this.#branch += 1;
        const protocol = this.#stage.protocol.toUpperCase();
        const top = via ?? `SIP/2.0/${protocol} ${this.address};branch=z9hG4bK-${this.address}-${this.#branch};rport`;
        const request: SipRequest = {
            kind: "request",
            method,
            uri,
            headers: new Headers([["Via", top], ["Max-Forwards", "70"], ...headers]),
            body,
        };
        this.#send(request);
        return request;
    }

    #send(message: SipMessage): void {
        const to = { address: this.engineAddress, port: 5060 };
        this.#stage.network.carry({ address: this.address, port: 5060 }, to, serializeMessage(message));
    }

    /** Whom it speaks to. */
    engineAddress = "192.0.2.1";
}

/** The headers of a call's first request from a peer. */
export function callHeaders(peer: ScriptedPeer, cseq: string, more: readonly Pair[] = []): Pair[] {
    return [
        ["From", `<sip:peer@${peer.address}>;tag=peer`],
        ["To", "<sip:us@192.0.2.1>"],
        ["Call-ID", "call-1"],
        ["CSeq", cseq],
        peer.contact,
        ...more,
    ];
}

/** The headers of a later request in that call. */
export function laterHeaders(peer: ScriptedPeer, cseq: string, toTag: string, more: readonly Pair[] = []): Pair[] {
    return callHeaders(peer, cseq, more).map(([name, value]): Pair => [
        name,
        name === "To" ? `${value};tag=${toTag}` : value,
    ]);
}
