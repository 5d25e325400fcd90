import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { SipListener } from "../config/HostPort.ts";
import { isLoopback } from "../config/ipAddresses.ts";
import { systemClock } from "../sip-server/Clock.ts";
import { formatHostPort } from "../sip-server/sip/hostPort.ts";
import type { SipMessage, SipResponse } from "../sip-server/sip/SipMessage.ts";
import { SocketTransportLayer } from "../sip-server/transport/SocketTransportLayer.ts";
import type { Flow, Target } from "../sip-server/transport/SipTransport.ts";
import type { TlsOptions } from "../sip-server/transport/TransportOptions.ts";

/** The IP versions this machine has. */
export const ADDRESS_FAMILIES: readonly (4 | 6)[] = Object.values(networkInterfaces())
    .flat()
    .some((address) => address?.family === "IPv6")
    ? [4, 6]
    : [4];

/** A listener of the bridge. */
export type ListenAddress = Pick<SipListener, "transport" | "address">;

/** Whether an address belongs to this machine, or stands for all of its addresses. */
export function isOwnAddress(address: string): boolean {
    const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    return (
        address === "0.0.0.0" || address === "::" || isLoopback(address) || own.some((each) => each.address === address)
    );
}

/** A request outside of any dialog. */
export interface ProbeRequest {
    readonly method: "OPTIONS" | "REGISTER";
    readonly uri: string;
    /** Stands in From, and in To of a REGISTER. */
    readonly addressOfRecord: string;
    /** Name and value, for an answered challenge. */
    readonly authorization?: readonly [string, string];
}

const CONNECT_TIMEOUT_MS = 4_000;
const ANSWER_TIMEOUT_MS = 4_000;
/** RFC 3261, timer E: each wait before a repetition over UDP is twice the one before. */
const FIRST_REPEAT_MS = 500;

/**
 * Asks SIP servers one question at a time, by the transport layer of the SIP server itself, so that what works here
 * works there. It listens on free UDP ports, so the bridge can run at the same time.
 */
export class SipProbe {
    readonly #transport: SocketTransportLayer;
    readonly #userAgent: string;
    readonly #waiting = new Map<string, (response: SipResponse) => void>();

    private constructor(transport: SocketTransportLayer, userAgent: string) {
        this.#transport = transport;
        this.#userAgent = userAgent;
        transport.onMessage((message) => this.#take(message));
    }

    /**
     * @param from the listeners of the bridge: requests are sent from their addresses, as peers that recognise the bridge by its
     * address expect. Those that this machine does not have are left out.
     */
    static async open(tls: TlsOptions, userAgent: string, from: readonly ListenAddress[] = []): Promise<SipProbe> {
        const transport = new SocketTransportLayer({ clock: systemClock, tls, connectTimeoutMs: CONNECT_TIMEOUT_MS });
        const own = from.filter(({ address }) => isOwnAddress(address));
        const streams = own.filter(({ transport: protocol }) => protocol !== "udp");
        const sources = new Set(own.map(({ address }) => address));
        for (const family of ADDRESS_FAMILIES) {
            if (![...sources].some((address) => isIP(address) === family)) sources.add(family === 4 ? "0.0.0.0" : "::");
        }
        await transport.listen([
            ...[...sources].map((address) => ({ protocol: "udp" as const, address, port: 0 })),
            ...streams.map(({ transport: protocol, address }) => ({ protocol, address, port: 0 })),
        ]);
        return new SipProbe(transport, userAgent);
    }

    /**
     * The final response, or why there is none: `silence` until the timeout, or the peer hung up.
     * @throws TransportError if there is no way to the target
     */
    async ask(target: Target, request: ProbeRequest): Promise<SipResponse | "silence" | "closed"> {
        const flow = await this.#transport.open(target);
        const callId = randomBytes(12).toString("hex");
        const message = this.#compose(flow, request, callId);
        return await new Promise((resolve, reject) => {
            const undo: (() => void)[] = [() => this.#waiting.delete(callId)];
            const tidy = (): void => undo.splice(0).forEach((step) => step());
            const settle = (outcome: SipResponse | "silence" | "closed"): void => {
                tidy();
                resolve(outcome);
            };
            const send = (repeatAfterMs: number): void => {
                if (!flow.reliable) undo.push(systemClock.setTimer(repeatAfterMs, () => send(2 * repeatAfterMs)));
                flow.send(message).catch((error: unknown) => {
                    tidy();
                    reject(error instanceof Error ? error : new Error(String(error)));
                });
            };
            undo.push(systemClock.setTimer(ANSWER_TIMEOUT_MS, () => settle("silence")));
            this.#waiting.set(callId, settle);
            send(FIRST_REPEAT_MS);
            undo.push(flow.onClose(() => settle("closed")));
        });
    }

    async close(): Promise<void> {
        await this.#transport.close();
    }

    #take(message: SipMessage): void {
        if (message.kind === "request" || message.status < 200) return;
        this.#waiting.get(message.headers.get("Call-ID") ?? "")?.(message);
    }

    #compose(flow: Flow, { method, uri, addressOfRecord, authorization }: ProbeRequest, callId: string): Buffer {
        const token = (): string => randomBytes(8).toString("hex");
        const lines = [
            `${method} ${uri} SIP/2.0`,
            `Via: SIP/2.0/${flow.protocol.toUpperCase()} ${formatHostPort(flow.sentBy)};branch=z9hG4bK${token()};rport`,
            "Max-Forwards: 70",
            `From: <${addressOfRecord}>;tag=${token()}`,
            `To: <${method === "REGISTER" ? addressOfRecord : uri}>`,
            `Call-ID: ${callId}`,
            `CSeq: 1 ${method}`,
            ...(authorization === undefined ? [] : [authorization.join(": ")]),
            ...(method === "OPTIONS" ? ["Accept: application/sdp"] : []),
            `User-Agent: ${this.#userAgent}`,
            "Content-Length: 0",
        ];
        return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
    }
}
