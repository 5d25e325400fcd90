import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Headers } from "../../../lib/sip-server/sip/Headers.ts";
import { parseMessage } from "../../../lib/sip-server/sip/parseMessage.ts";
import { serializeMessage } from "../../../lib/sip-server/sip/serializeMessage.ts";
import type { SipRequest, SipResponse } from "../../../lib/sip-server/sip/SipMessage.ts";
import { composeResponse } from "../../../lib/sip-server/transaction/composeResponse.ts";
import { cseqMethod, cseqNumber } from "../../../lib/sip-server/transaction/matching.ts";

/** What the phone sends as its session description; the SIP server does not look into it. */
const SDP = Buffer.from(
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
);
const LONGEST_WAIT_MS = 15_000;
/** As RFC 3261 17.1: the first interval (T1), doubled up to the longest (T2). */
const RETRANSMIT_MS = 500;
const LONGEST_RETRANSMIT_MS = 4_000;

/** A phone on a UDP socket of its own: sends requests, retransmits them, waits for responses, and takes requests. */
export class UdpPhone {
    readonly #socket: Socket;
    readonly #server: number;
    readonly #host: string;
    #callId = freshId();
    readonly #responses: SipResponse[] = [];
    readonly #requests: SipRequest[] = [];
    #cseq = 0;
    #toTag = "";

    /** `address`: a loopback address of its own, such as 127.0.1.2. */
    static async open(server: number, address = "127.0.0.1"): Promise<UdpPhone> {
        const socket = createSocket("udp4").bind(0, address);
        await once(socket, "listening");
        return new UdpPhone(socket, server);
    }

    private constructor(socket: Socket, server: number) {
        this.#socket = socket;
        this.#server = server;
        const { address, port } = socket.address();
        this.#host = `${address}:${port}`;
        socket.on("message", (data) => {
            const parsed = parseMessage(data);
            if (!parsed.ok) return;
            const { message } = parsed;
            if (message.kind === "response") this.#responses.push(message);
            else if (!this.#requests.some((known) => isCopy(known, message))) this.#requests.push(message);
        });
    }

    close(): void {
        this.#socket.close();
    }

    /** All responses to requests of that method so far, copies too. */
    responses(method: string): readonly SipResponse[] {
        return this.#responses.filter((response) => cseqMethod(response) === method);
    }

    /** Sends a request of its only call and resolves with the first response from `least` on. */
    async request(method: string, more: Readonly<Record<string, string>> = {}, least = 200): Promise<SipResponse> {
        this.#cseq += 1;
        const data = serializeMessage(this.#compose(method, this.#cseq, more, method === "INVITE" ? SDP : undefined));
        const cseq = this.#cseq;
        const isWanted = (response: SipResponse): boolean =>
            response.status >= least && cseqNumber(response) === cseq && cseqMethod(response) === method;
        const response = await this.#waitFor(
            () => this.#responses.find(isWanted),
            `response to ${method}`,
            () => (this.#responses.some((some) => cseqNumber(some) === cseq) ? undefined : data),
        );
        const tag = /;tag=([^;]+)/.exec(response.headers.get("To") ?? "")?.[1];
        if (method === "INVITE" && tag !== undefined) this.#toTag = tag;
        return response;
    }

    /** The next INVITE begins another call. */
    forgetCall(): void {
        this.#callId = freshId();
        this.#toTag = "";
        this.#responses.length = 0;
    }

    /** Calls and acknowledges the 2xx. */
    async call(): Promise<void> {
        const { status } = await this.request("INVITE");
        if (status !== 200) throw new Error(`the call was not accepted: ${status}`);
        this.#send(serializeMessage(this.#compose("ACK", this.#cseq, {})));
    }

    /** Resolves with the next request of that method, and accepts it. */
    async accept(method: string): Promise<SipRequest> {
        const request = await this.#waitFor(() => this.#requests.find((one) => one.method === method), method);
        this.#requests.splice(this.#requests.indexOf(request), 1);
        this.#send(serializeMessage(composeResponse(request, { status: 200, toTag: "phone" })));
        return request;
    }

    #compose(method: string, cseq: number, more: Readonly<Record<string, string>>, body = Buffer.alloc(0)): SipRequest {
        const to = this.#toTag === "" || method === "REGISTER" ? "" : `;tag=${this.#toTag}`;
        const fields = {
            Via: `SIP/2.0/UDP ${this.#host};rport;branch=z9hG4bK${Math.random().toString(36).slice(2)}`,
            "Max-Forwards": "70",
            From: "<sip:phone@example.org>;tag=phone",
            To: `<sip:bridge@example.org>${to}`,
            "Call-ID": this.#callId,
            CSeq: `${cseq} ${method}`,
            Contact: `<sip:phone@${this.#host}>`,
            ...(body.length > 0 ? { "Content-Type": "application/sdp" } : {}),
            ...more,
        };
        return {
            kind: "request",
            method,
            uri: "sip:bridge@example.org",
            headers: new Headers(Object.entries(fields)),
            body,
        };
    }

    #send(data: Buffer): void {
        this.#socket.send(data, this.#server, "127.0.0.1");
    }

    /** Polls for it, and meanwhile sends what `repeat` returns as RFC 3261 retransmits. */
    async #waitFor<Found>(
        find: () => Found | undefined,
        what: string,
        repeat: () => Buffer | undefined = () => undefined,
    ): Promise<Found> {
        const startedAt = performance.now();
        let interval = RETRANSMIT_MS;
        let sendAt = startedAt;
        for (;;) {
            const found = find();
            if (found !== undefined) return found;
            const now = performance.now();
            if (now - startedAt > LONGEST_WAIT_MS) throw new Error(`no ${what}`);
            if (now >= sendAt) {
                const data = repeat();
                if (data !== undefined) this.#send(data);
                sendAt = now + interval;
                interval = Math.min(LONGEST_RETRANSMIT_MS, interval * 2);
            }
            await delay(5);
        }
    }
}

function freshId(): string {
    return `phone-${Math.random().toString(36).slice(2)}`;
}

function isCopy(one: SipRequest, other: SipRequest): boolean {
    return one.method === other.method && one.headers.get("Via") === other.headers.get("Via");
}
