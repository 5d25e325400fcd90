import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { loopback } from "./freePort.ts";
import { until } from "./until.ts";
import type { Stoppable } from "./LabProcess.ts";

/** A MESSAGE as it was received or is to be sent. */
export interface WireMessage {
    readonly from: string;
    readonly to: string;
    readonly callId: string;
    readonly cseq: string;
    readonly contentType: string;
    readonly body: string;
    readonly at: number;
}

export interface WireResponse {
    readonly status: number;
    readonly headers: ReadonlyMap<string, string>;
}

const timeoutMs = 15_000;

/**
 * A SIP peer for messages over UDP that sends and answers exactly what a spec wants: repeated, late, wrong or not at all. It
 * is no phone: the specs use real ones for what real ones do.
 */
export class SipMessenger implements Stoppable {
    readonly port: number;
    /** Requests in the order in which they arrived; retransmissions are left out. */
    readonly received: WireMessage[] = [];
    /** Responses by Call-ID. */
    readonly responses = new Map<string, WireResponse>();
    readonly #socket: Socket;
    readonly #answered = new Map<string, string>();
    #answers: readonly string[] = [];
    #always = "200 OK";
    #state: "running" | "stopped" = "running";

    private constructor(socket: Socket, port: number) {
        this.#socket = socket;
        this.port = port;
        socket.on("message", (bytes, from) => this.#receive(bytes.toString(), from.port));
    }

    static async start(port: number): Promise<SipMessenger> {
        const socket = createSocket("udp4");
        socket.bind(port, loopback);
        await once(socket, "listening");
        return new SipMessenger(socket, socket.address().port);
    }

    /** The next requests are answered so, such as `503 Service Unavailable\r\nRetry-After: 2`; `none` is no answer. */
    answerNext(...answers: readonly string[]): void {
        this.#answers = [...this.#answers, ...answers];
    }

    answerAlways(answer: string): void {
        this.#always = answer;
    }

    /** Sends a MESSAGE to the bridge and returns its Call-ID. The same options send the same request again. */
    send(
        toPort: number,
        options: {
            readonly to: string;
            readonly body: string | Uint8Array;
            readonly from?: string;
            readonly contentType?: string;
            readonly callId?: string;
            readonly cseq?: number;
            readonly method?: string;
            readonly headers?: readonly string[];
        },
    ): string {
        const {
            to,
            body,
            contentType = "text/plain;charset=UTF-8",
            cseq = 1,
            method = "MESSAGE",
            headers = [],
        } = options;
        const callId = options.callId ?? `${randomBytes(8).toString("hex")}@lab`;
        const from = options.from ?? `sip:+442079460500@${loopback}:${this.port}`;
        const request = [
            `${method} ${to} SIP/2.0`,
            `Via: SIP/2.0/UDP ${loopback}:${this.port};branch=z9hG4bK${randomBytes(8).toString("hex")};rport`,
            "Max-Forwards: 70",
            `From: <${from}>;tag=${callId.slice(0, 8)}`,
            `To: <${to}>`,
            `Call-ID: ${callId}`,
            `CSeq: ${cseq} ${method}`,
            ...headers,
            `Content-Type: ${contentType}`,
            `Content-Length: ${Buffer.byteLength(body)}`,
            "",
            "",
        ].join("\r\n");
        this.#transmit(Buffer.concat([Buffer.from(request), Buffer.from(body)]), toPort, callId, 500);
        return callId;
    }

    /** Resolves to the response to a request that was sent. */
    async response(callId: string): Promise<WireResponse> {
        return until(() => this.responses.get(callId), { what: `a response to ${callId}`, timeoutMs });
    }

    /** Resolves to the first request that fits. */
    async receives(
        what: string | RegExp | ((message: WireMessage) => boolean),
        wait = timeoutMs,
    ): Promise<WireMessage> {
        const fits = (message: WireMessage): boolean => {
            if (typeof what === "function") return what(message);
            return typeof what === "string" ? message.body === what : what.test(message.body);
        };
        return until(() => this.received.find(fits), { what: `a MESSAGE ${String(what)}`, timeoutMs: wait });
    }

    stop(): Promise<void> {
        this.#state = "stopped";
        this.#socket.close();
        return Promise.resolve();
    }

    /** Again with growing pauses until there is a response (RFC 3261, timer E). */
    #transmit(request: Uint8Array, toPort: number, callId: string, pauseMs: number): void {
        if (this.#state === "stopped" || this.responses.has(callId) || pauseMs > 16_000) return;
        this.#socket.send(request, toPort, loopback);
        setTimeout(() => this.#transmit(request, toPort, callId, pauseMs * 2), pauseMs).unref();
    }

    #receive(text: string, fromPort: number): void {
        const [head = "", ...rest] = text.split("\r\n\r\n");
        const [start = "", ...lines] = head.split("\r\n");
        const header = (name: string): string =>
            lines.find((line) => line.toLowerCase().startsWith(`${name}:`))?.replace(/^[^:]*:\s*/, "") ?? "";
        if (start.startsWith("SIP/2.0")) {
            const headers = new Map(
                lines.map((line) => [(line.split(":")[0] ?? "").toLowerCase(), line.replace(/^[^:]*:\s*/, "")]),
            );
            this.responses.set(header("call-id"), { status: Number(start.split(" ")[1]), headers });
            return;
        }
        const branch = header("via");
        const before = this.#answered.get(branch);
        const answer = before ?? this.#answerTo(start, header, rest.join("\r\n\r\n"));
        this.#answered.set(branch, answer);
        if (answer === "none") return;
        const copied = lines.filter((line) => /^(via|from|call-id|cseq):/i.test(line));
        const response = [`SIP/2.0 ${answer}`, ...copied, `To: ${header("to")};tag=lab`, "Content-Length: 0", "", ""];
        this.#socket.send(response.join("\r\n"), fromPort, loopback);
    }

    #answerTo(start: string, header: (name: string) => string, body: string): string {
        if (!start.startsWith("MESSAGE ")) return "200 OK";
        const [next, ...others] = this.#answers;
        this.#answers = others;
        const answer = next ?? this.#always;
        this.received.push({
            from: header("from"),
            to: header("to"),
            callId: header("call-id"),
            cseq: header("cseq"),
            contentType: header("content-type"),
            body,
            at: Date.now(),
        });
        return answer;
    }
}
