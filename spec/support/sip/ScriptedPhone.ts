import { randomBytes } from "node:crypto";
import { type PhoneWire, udpWire } from "./phoneWires.ts";

const WAIT_MS = 8_000;

export const PHONE_SDP = sdpOf(40_000);

/** A plain session description; ones with another port are other sessions. */
export function sdpOf(port: number, ...attributes: string[]): string {
    const lines = ["v=0", "o=phone 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"];
    return [...lines, `m=audio ${port} RTP/AVP 0`, ...attributes, ""].join("\r\n");
}

/** A SIP message as text, read just enough for specs. */
export class SipText {
    readonly text: string;
    readonly startLine: string;
    readonly body: string;
    readonly #headers: readonly (readonly [name: string, value: string])[];

    constructor(text: string) {
        const [head = "", ...body] = text.split("\r\n\r\n");
        const [startLine = "", ...lines] = head.split("\r\n");
        this.text = text;
        this.startLine = startLine;
        this.body = body.join("\r\n\r\n");
        this.#headers = lines.map((line) => {
            const colon = line.indexOf(":");
            return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
        });
    }

    /** The first word: a method, or `SIP/2.0`. */
    get method(): string {
        return this.startLine.split(" ")[0] ?? "";
    }

    get uri(): string {
        return this.startLine.split(" ")[1] ?? "";
    }

    get status(): number {
        return this.method === "SIP/2.0" ? Number(this.uri) : 0;
    }

    /** All values of the header, joined by commas; "" without it. */
    header(name: string): string {
        return this.headers(name).join(",");
    }

    headers(name: string): string[] {
        return this.#headers.filter(([key]) => key === name.toLowerCase()).map(([, value]) => value);
    }
}

export interface Answer {
    readonly headers?: readonly string[];
    readonly body?: string;
    /** Our tag in To; another one is another fork. */
    readonly tag?: string;
}

/** What a call of the phone is made of. */
export interface PhoneCall {
    readonly callId: string;
    readonly from: string;
    readonly to: string;
    readonly branch: string;
    readonly uri: string;
}

/**
 * A phone, on UDP unless said otherwise, that says exactly what a spec tells it to, when it tells it to: for races no scenario file can time.
 * It repeats nothing; what the server repeats is passed over.
 */
export class ScriptedPhone {
    readonly port: number;
    readonly #wire: PhoneWire;
    #server: number;
    readonly #inbox: SipText[] = [];
    readonly #seen = new Set<string>();
    readonly #wake = new Set<() => void>();
    readonly #standingAnswers = new Map<string, readonly [status: number, phrase: string]>();

    private constructor(wire: PhoneWire, server: number) {
        this.#wire = wire;
        this.#server = server;
        this.port = wire.port;
        wire.onMessage((text) => {
            const message = new SipText(text);
            const repeated = `${message.startLine}|${message.header("via")}|${message.header("cseq")}|${message.header("to")}`;
            if (this.#seen.has(repeated)) return;
            this.#seen.add(repeated);
            this.#inbox.push(message);
            const [status, phrase] = this.#standingAnswers.get(message.method) ?? [];
            if (status !== undefined && phrase !== undefined) this.respond(message, status, phrase);
            for (const wake of this.#wake) wake();
        });
    }

    /** `server` is the UDP port of the SIP server it talks to. `address` is where it sends from; its Contact names 127.0.0.1. */
    static async on(server: number, address?: string): Promise<ScriptedPhone> {
        return new ScriptedPhone(await udpWire(address), server);
    }

    /** A phone that takes connections, and speaks by the last of them. */
    static by(wire: PhoneWire): ScriptedPhone {
        return new ScriptedPhone(wire, 0);
    }

    /** For a phone that is there before the server it talks to. */
    talkTo(server: number): void {
        this.#server = server;
    }

    get uri(): string {
        const { protocol } = this.#wire;
        // RFC 7118, section 5.2.3: a WebSocket is `ws`, over TLS as well
        const transport = protocol === "UDP" ? "" : `;transport=${protocol.toLowerCase().replace("wss", "ws")}`;
        return `sip:phone@127.0.0.1:${this.port}${transport}`;
    }

    close(): void {
        this.#wire.close();
    }

    /** The next message, come or to come, that begins with `what`: a method, or `SIP/2.0 180`. Others are left. */
    async next(what: string, timeoutMs = WAIT_MS): Promise<SipText> {
        const deadline = Date.now() + timeoutMs;
        for (;;) {
            const index = this.#inbox.findIndex((message) => message.startLine.startsWith(what));
            const [found] = index < 0 ? [] : this.#inbox.splice(index, 1);
            if (found !== undefined) return found;
            await this.#arrival(deadline, what);
        }
    }

    /** What came and was not asked for. */
    get unread(): readonly string[] {
        return this.#inbox.map((message) => message.startLine);
    }

    /** Calls: sends an INVITE (or another first request), and gives what its later requests need. */
    invite(uri: string, request: Answer & { readonly method?: string; readonly from?: string } = {}): PhoneCall {
        const id = randomBytes(6).toString("hex");
        const call = {
            callId: `${id}@127.0.0.1`,
            from: `${request.from ?? `"Carol" <sip:+493012345678@127.0.0.1>`};tag=${id}`,
            to: `<${uri}>`,
            branch: `z9hG4bK${id}`,
            uri,
        };
        this.#request(call, request.method ?? "INVITE", 1, call.branch, call.to, call.uri, request);
        return call;
    }

    /** CANCEL, or the ACK of a refusal: within the INVITE's transaction. */
    within(call: PhoneCall, method: "CANCEL" | "ACK", response?: SipText, headers: readonly string[] = []): void {
        this.#request(call, method, 1, call.branch, response?.header("to") ?? call.to, call.uri, { headers });
    }

    /** A request in the dialog a 2xx made. The ACK of an INVITE has its number. */
    inDialog(call: PhoneCall, ok: SipText, method: string, sequence: number, request: Answer = {}): void {
        const target = /<([^>]+)>/.exec(ok.header("contact"))?.[1] ?? call.uri;
        const branch = `z9hG4bK${randomBytes(6).toString("hex")}`;
        this.#request(call, method, sequence, branch, ok.header("to"), target, request);
    }

    /** A request of the callee in a dialog that `invite` began. */
    callBack(invite: SipText, method: string, sequence: number, request: Answer = {}): void {
        const target = /<([^>]+)>/.exec(invite.header("contact"))?.[1] ?? "";
        const lines = [
            `${method} ${target} SIP/2.0`,
            `Via: SIP/2.0/${this.#wire.protocol} 127.0.0.1:${this.port};branch=z9hG4bK${randomBytes(6).toString("hex")}`,
            `From: ${invite.header("to")};tag=${request.tag ?? "callee"}`,
            `To: ${invite.header("from")}`,
            `Call-ID: ${invite.header("call-id")}`,
            `CSeq: ${sequence} ${method}`,
        ];
        this.#send([...lines, "Max-Forwards: 70", `Contact: <${this.uri}>`], request);
    }

    /** From now on responds so to every request of that method, which can be read all the same. */
    answerAlways(method: string, status: number, phrase: string): void {
        this.#standingAnswers.set(method, [status, phrase]);
    }

    /** Responds to a request. */
    respond(request: SipText, status: number, phrase: string, answer: Answer = {}): void {
        const to = request.header("to");
        const tagged = to.includes("tag=") || status === 100 ? to : `${to};tag=${answer.tag ?? "callee"}`;
        this.#send(
            [
                `SIP/2.0 ${status} ${phrase}`,
                ...request.headers("via").map((via) => `Via: ${via}`),
                `From: ${request.header("from")}`,
                `To: ${tagged}`,
                `Call-ID: ${request.header("call-id")}`,
                `CSeq: ${request.header("cseq")}`,
                // a redirect brings contacts of its own
                ...(status >= 300 ? [] : [`Contact: <${this.uri}>`]),
            ],
            answer,
        );
    }

    #request(
        call: PhoneCall,
        method: string,
        sequence: number,
        branch: string,
        to: string,
        uri: string,
        request: Answer,
    ): void {
        this.#send(
            [
                `${method} ${uri} SIP/2.0`,
                `Via: SIP/2.0/${this.#wire.protocol} 127.0.0.1:${this.port};branch=${branch}`,
                `From: ${call.from}`,
                `To: ${to}`,
                `Call-ID: ${call.callId}`,
                `CSeq: ${sequence} ${method}`,
                "Max-Forwards: 70",
                `Contact: <${this.uri}>`,
            ],
            request,
        );
    }

    #send(lines: readonly string[], { headers = [], body = "" }: Answer): void {
        const hasType = headers.some((header) => /^content-type:/i.test(header));
        const type = body === "" || hasType ? [] : ["Content-Type: application/sdp"];
        const length = `Content-Length: ${Buffer.byteLength(body)}`;
        this.#wire.send([...lines, ...headers, ...type, length, "", body].join("\r\n"), this.#server);
    }

    #arrival(deadline: number, what: string): Promise<void> {
        return new Promise((resolve, reject) => {
            const done = (): void => {
                clearTimeout(timer);
                this.#wake.delete(done);
                resolve();
            };
            const timer = setTimeout(
                () => {
                    this.#wake.delete(done);
                    reject(new Error(`timed out waiting for ${what}; unread: ${this.unread.join(", ")}`));
                },
                Math.max(0, deadline - Date.now()),
            );
            this.#wake.add(done);
        });
    }
}
