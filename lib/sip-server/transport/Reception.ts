import { createHash, randomBytes } from "node:crypto";
import { parseMessage, type ParseResult, type Refusal } from "../sip/parseMessage.ts";
import { responseTo } from "../sip/responseTo.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { RateLimiter } from "./RateLimiter.ts";
import type { DropReason, Flow, MessageHandler, Protocol } from "./SipTransport.ts";
import type { TrafficCounters } from "./TrafficCounters.ts";
import type { TransportOptions } from "./TransportOptions.ts";
import { fillTopVia } from "./viaOnReceipt.ts";

/** Sends a response back to where its request came from; failures are of no interest. */
export type SendResponse = (response: SipResponse, flow: Flow) => void;

/**
 * The gate every message passes: who it is from, how many there were, what it says. Up goes what is sane; a broken
 * request is refused where an answer is allowed, all else is dropped. Both are counted.
 */
export class Reception {
    readonly #options: TransportOptions;
    readonly #counters: TrafficCounters;
    readonly #answer: SendResponse;
    readonly #rate: RateLimiter;
    readonly #tagSalt = randomBytes(16);
    #handler: MessageHandler | undefined;

    constructor(options: TransportOptions, counters: TrafficCounters, answer: SendResponse) {
        this.#options = options;
        this.#counters = counters;
        this.#answer = answer;
        this.#rate = new RateLimiter(options.clock, options.rateLimit);
    }

    setHandler(handler: MessageHandler): void {
        this.#handler = handler;
    }

    /** True if that source may speak to us at all; to be asked before anything is read. Counts the drop. */
    admits(protocol: Protocol, address: string): boolean {
        if (this.#options.admit(address) !== "drop") return true;
        this.drop("unlistedSource", protocol, address);
        return false;
    }

    /** A datagram or WebSocket message. */
    receiveDatagram(data: Buffer, flow: Flow): void {
        if (!this.takeToken(flow, data.length)) return;
        this.#receive(parseMessage(data, this.#options.limits), flow);
    }

    /** A message that was cut out of a stream. */
    receiveFramed(result: ParseResult, bytes: number, flow: Flow): void {
        if (this.takeToken(flow, bytes)) this.#receive(result, flow);
    }

    /** True if that source may be answered once more; counts the drop if not. For what is answered without being a message. */
    takeToken(flow: Flow, bytes = 0): boolean {
        const { address } = flow.remote;
        if (this.#options.admit(address) === "trusted" || this.#rate.take(address, bytes)) return true;
        this.#dropFrom(flow, "rateLimited");
        return false;
    }

    /** Counts what did not get this far. */
    drop(reason: DropReason, protocol: Protocol, address: string): void {
        this.#counters.countDropped(reason);
        this.#options.onDrop(reason, protocol, address);
    }

    #receive(result: ParseResult, flow: Flow): void {
        const receivedAt = this.#options.clock.now();
        this.#counters.countReceived(flow.protocol);
        const request = result.ok ? result.message : result.refusal?.request;
        if (request?.kind === "request") {
            if (this.#isScanner(request)) return this.#dropFrom(flow, "scanner");
            fillTopVia(request, flow.remote);
        }
        if (!result.ok) return this.#refuse(result.refusal, flow);
        this.#counters.ignoredParts += result.ignoredParts;
        if (this.#handler === undefined) return this.#dropFrom(flow, "notReceiving");
        this.#handler(result.message, flow, receivedAt);
    }

    #isScanner({ headers }: SipRequest): boolean {
        const userAgent = headers.get("User-Agent")?.toLowerCase();
        return userAgent !== undefined && this.#options.scannerUserAgents.some((name) => userAgent.includes(name));
    }

    #refuse(refusal: Refusal | undefined, flow: Flow): void {
        this.#dropFrom(flow, refusal === undefined ? "malformed" : "refused");
        if (refusal === undefined || !this.takeToken(flow)) return;
        const { request, status, reason } = refusal;
        // The same tag for each retransmission, without remembering any (RFC 3261 8.2.7).
        const hash = createHash("sha256").update(this.#tagSalt);
        for (const name of ["Call-ID", "From", "CSeq"]) hash.update(request.headers.get(name) ?? "").update("\0");
        const toTag = hash.digest("hex").slice(0, 16);
        this.#answer(responseTo(request, status, { reason, toTag }), flow);
    }

    #dropFrom(flow: Flow, reason: DropReason): void {
        this.drop(reason, flow.protocol, flow.remote.address);
    }
}
