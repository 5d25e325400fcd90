import type { Headers } from "../sip/Headers.ts";
import { parseSipUri } from "../sip/SipUri.ts";
import type { Flow } from "../transport/SipTransport.ts";
import { goesBackByFlow } from "./natRule.ts";
import { contactUri, type RoutedRequest, routeRequest } from "./routeSet.ts";

/** What never changes in a dialog, and what it starts with. */
export interface DialogSeed {
    readonly callId: string;
    readonly localTag: string;
    /** Empty for peers of RFC 2543 that give none. */
    readonly remoteTag: string;
    /** Value of From in our requests, with the tag. */
    readonly local: string;
    /** Value of To in our requests, with the tag. */
    readonly remote: string;
    /** The side that sent the request which made it. */
    readonly role: "uac" | "uas";
    readonly routeSet: readonly string[];
    readonly remoteTarget: string;
    /** Value of our Contact. */
    readonly localContact: string;
    readonly localCSeq: number;
    readonly remoteCSeq: number | undefined;
    /** Where the message that made it came from. */
    readonly flow: Flow;
    /** That message came straight from the peer. */
    readonly direct: boolean;
}

/** Where a request in a dialog goes. */
export type Hop =
    { readonly kind: "flow"; readonly flow: Flow } | { readonly kind: "uri"; readonly routed: RoutedRequest };

/**
 * A dialog (RFC 3261 12): early from the first response with a tag, confirmed by a 2xx, over when its last usage is.
 * Holds what its requests are made of and in what order they come; who uses it is not its business.
 */
export class Dialog {
    /** `<Call-ID>;from-tag=<tag>` of the request that made it: forks of one request share it. */
    readonly id: string;
    readonly callId: string;
    readonly localTag: string;
    readonly remoteTag: string;
    readonly local: string;
    readonly remote: string;
    readonly role: "uac" | "uas";
    phase: "early" | "confirmed" | "ended" = "early";
    routeSet: readonly string[];
    remoteTarget: string;
    localContact: string;
    /** The flow of the last message from the peer. */
    flow: Flow;
    /** What the peer said it allows and supports, last time it said. */
    peerAllowsUpdate = false;
    #localCSeq: number;
    #remoteCSeq: number | undefined;
    readonly #direct: boolean;
    #sending: Promise<unknown> | undefined;

    constructor(seed: DialogSeed) {
        this.callId = seed.callId;
        this.localTag = seed.localTag;
        this.remoteTag = seed.remoteTag;
        this.id = dialogIdOf(seed.callId, seed.role === "uac" ? seed.localTag : seed.remoteTag);
        this.local = seed.local;
        this.remote = seed.remote;
        this.role = seed.role;
        this.routeSet = seed.routeSet;
        this.remoteTarget = seed.remoteTarget;
        this.localContact = seed.localContact;
        this.flow = seed.flow;
        this.#localCSeq = seed.localCSeq;
        this.#remoteCSeq = seed.remoteCSeq;
        this.#direct = seed.direct;
    }

    nextCSeq(): number {
        this.#localCSeq += 1;
        return this.#localCSeq;
    }

    /** The application chose a higher number for a request of its own (a digest retry before the dialog was confirmed). */
    raiseLocalCSeq(used: number): void {
        this.#localCSeq = Math.max(this.#localCSeq, used);
    }

    /** True if a request with that number comes in order; it is then the highest. A lower one is answered 500 (12.2.2). */
    admitRemoteCSeq(cseq: number): boolean {
        if (this.#remoteCSeq !== undefined && cseq < this.#remoteCSeq) return false;
        this.#remoteCSeq = cseq;
        return true;
    }

    /** Applies a target refresh of the peer: re-INVITE, UPDATE, or the 2xx to ours. */
    refreshTarget(headers: Headers): void {
        this.remoteTarget = contactUri(headers) ?? this.remoteTarget;
    }

    noticePeer(headers: Headers): void {
        const allowed = headers.list("Allow");
        if (allowed.length > 0) this.peerAllowsUpdate = allowed.some((method) => method.toUpperCase() === "UPDATE");
    }

    route(): RoutedRequest {
        return routeRequest(this.remoteTarget, this.routeSet);
    }

    /**
     * Where the next request goes, the NAT rule applied if wanted. `successorOf`: the flow by which a registered phone has
     * registered since.
     */
    hop(natRule: boolean, successorOf: (flow: Flow) => Flow | undefined = () => undefined): Hop {
        const routed = this.route();
        const newer = this.routeSet.length === 0 ? successorOf(this.flow) : undefined;
        if (newer !== undefined) {
            this.flow = newer;
            return { kind: "flow", flow: newer };
        }
        const { flow } = this;
        const nextHop = routed.nextHop ?? parseSipUri(this.remoteTarget);
        if (nextHop === undefined) return { kind: "flow", flow };
        const way = { nextHop, routed: this.routeSet.length > 0, flow, direct: this.#direct };
        return natRule && goesBackByFlow(way) ? { kind: "flow", flow } : { kind: "uri", routed };
    }

    /** Runs sendings one after the other, the first immediately: requests leave in the order in which they were ordered. */
    inOrder<Result>(send: () => Promise<Result>): Promise<Result> {
        const result = this.#sending === undefined ? send() : this.#sending.then(send);
        const settled: Promise<unknown> = result.then(
            () => this.#sent(settled),
            () => this.#sent(settled),
        );
        this.#sending = settled;
        return result;
    }

    #sent(which: Promise<unknown>): void {
        if (this.#sending === which) this.#sending = undefined;
    }
}

export function dialogIdOf(callId: string, fromTag: string): string {
    return `${callId};from-tag=${fromTag}`;
}
