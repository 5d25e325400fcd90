import { createHash, randomBytes } from "node:crypto";
import { parseMessage, type ParseResult, type Refusal } from "../sip/parseMessage.ts";
import { responseTo } from "../sip/responseTo.ts";
import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { type ConnectionOwner, ownerOf } from "./ConnectionLimits.ts";
import { isResponse } from "./isResponse.ts";
import type { KnownSenders } from "./KnownSenders.ts";
import { SenderRates } from "./SenderRates.ts";
import type { DropReason, Endpoint, Flow, MessageHandler, Protocol } from "./SipTransport.ts";
import type { TrafficCounters } from "./TrafficCounters.ts";
import type { Admission, TransportOptions } from "./TransportOptions.ts";
import { fillTopVia } from "./viaOnReceipt.ts";

/** Sends a response back to where its request came from; failures are of no interest. */
export type SendResponse = (response: SipResponse, flow: Flow) => void;

/**
 * The gate every message passes: its sender, its rate, its form. Up goes what is sane; a broken
 * request is refused where an answer is allowed, all else is dropped. Both are counted.
 */
export class Reception {
    readonly #options: TransportOptions;
    readonly #counters: TrafficCounters;
    readonly #answer: SendResponse;
    readonly #known: KnownSenders;
    readonly #rates: SenderRates;
    readonly #tagSalt = randomBytes(16);
    #handler: MessageHandler | undefined;

    constructor(options: TransportOptions, counters: TrafficCounters, known: KnownSenders, answer: SendResponse) {
        this.#options = options;
        this.#counters = counters;
        this.#answer = answer;
        this.#known = known;
        this.#rates = new SenderRates(options, known);
    }

    setHandler(handler: MessageHandler): void {
        this.#handler = handler;
    }

    /** True if that sender may send to us at all; to be asked before anything is read. Counts the drop. */
    admits(protocol: Protocol, remote: Endpoint): boolean {
        if (this.#options.admit(remote.address) !== "drop") return true;
        // The peer of a call may send from an address that is on no list.
        if (this.#known.acquaintanceOf(remote) !== "unknown") return true;
        this.drop("unlistedSource", protocol, remote.address);
        return false;
    }

    /** Whom a connection from there is with. */
    ownerOf(remote: Endpoint): ConnectionOwner {
        return ownerOf(this.#options.admit(remote.address) === "trusted", this.#known.acquaintanceOf(remote));
    }

    /** A datagram or WebSocket message. */
    receiveDatagram(data: Buffer, flow: Flow): void {
        // A response belongs to an own request, or is dropped immediately after.
        const isFree = isResponse(data) && this.#admissionOf(flow) === "trusted";
        if (!isFree && !this.takeToken(flow, data.length)) return;
        this.#receive(parseMessage(data, this.#options.limits), flow);
    }

    /** A message that was cut out of a stream. */
    receiveFramed(result: ParseResult, bytes: number, flow: Flow): void {
        const isFree = result.ok && result.message.kind === "response" && this.#admissionOf(flow) === "trusted";
        if (isFree || this.takeToken(flow, bytes)) this.#receive(result, flow);
    }

    /** True if that source may be answered once more; counts the drop if not. For what is answered without being a message. */
    takeToken(flow: Flow, bytes = 0): boolean {
        if (this.#rates.take(flow, this.#admissionOf(flow), bytes)) return true;
        this.#dropFrom(flow, "rateLimited");
        return false;
    }

    /** A web page of another site is not trusted for the address of the browser. */
    #admissionOf({ remote, foreignOrigin }: Flow): Admission {
        return foreignOrigin === undefined ? this.#options.admit(remote.address) : "unknown";
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
            markOrigin(request, flow);
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

/** For applications: the request came by the WebSocket of a web page that is not allowed to act as the peer at its address. */
const originHeader = "X-WebSocket-Origin";

/** Adds the header that only this server may set. */
function markOrigin({ headers }: SipRequest, { foreignOrigin }: Flow): void {
    if (headers.has(originHeader)) headers.remove(originHeader);
    if (foreignOrigin !== undefined) headers.add(originHeader, foreignOrigin);
}
