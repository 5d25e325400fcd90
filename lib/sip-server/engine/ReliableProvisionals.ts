import type { SipRequest, SipResponse } from "../sip/SipMessage.ts";
import { Repetition } from "../dialog/Repetition.ts";
import { cseqNumber } from "../transaction/matching.ts";
import type { EngineContext } from "./EngineContext.ts";

/** What the INVITE's owner does for its reliable provisional responses. */
export interface ReliableProvisionalsUser {
    send(response: SipResponse): void;
    /** No PRACK came in time: the INVITE has to be refused (RFC 3262 3). */
    onUnacknowledged(): void;
}

interface Waiting {
    readonly response: SipResponse;
    readonly onSent: (sent: boolean) => void;
}

/**
 * The reliable provisional responses to one INVITE (RFC 3262 3): one at a time is on its way, until its PRACK; others
 * wait behind it, and the final response does too.
 */
export class ReliableProvisionals {
    readonly #context: EngineContext;
    /** Of the INVITE. */
    readonly #cseq: number | undefined;
    readonly #user: ReliableProvisionalsUser;
    #rseq = 1 + Math.floor(Math.random() * 1_000_000);
    #unacknowledged: { readonly rseq: number; readonly repetition: Repetition } | undefined;
    /** PRACKs the application has not answered: the final response goes after their answers. */
    #unanswered = 0;
    #queue: Waiting[] = [];

    constructor(context: EngineContext, invite: SipRequest, user: ReliableProvisionalsUser) {
        this.#context = context;
        this.#cseq = cseqNumber(invite);
        this.#user = user;
    }

    /** True if a response may be on its way or its PRACK unanswered: a 2xx has to wait. */
    get busy(): boolean {
        return this.#unacknowledged !== undefined || this.#unanswered > 0 || this.#queue.length > 0;
    }

    /** Sends it reliably, now or when the ones before it are acknowledged; `onSent` reports whether it was sent. */
    send(response: SipResponse, onSent: (sent: boolean) => void): void {
        this.#queue.push({ response, onSent });
        this.#sendNext();
    }

    /** True if the PRACK acknowledges the response on its way. Report its response by {@link prackAnswered}. */
    acknowledge(prack: SipRequest): boolean {
        // What follows the method is ignored: common test scenarios repeat it.
        const [rseq, cseq, method] = (prack.headers.get("RAck") ?? "").trim().split(/\s+/);
        const waiting = this.#unacknowledged;
        if (waiting === undefined || Number(rseq) !== waiting.rseq) return false;
        if (method !== "INVITE" || Number(cseq) !== this.#cseq) return false;
        waiting.repetition.stop();
        this.#unacknowledged = undefined;
        this.#unanswered += 1;
        return true;
    }

    /** The PRACK was answered, or never will be. */
    prackAnswered(): void {
        this.#unanswered -= 1;
        this.#sendNext();
    }

    /** The INVITE is over. */
    drop(): void {
        this.#unacknowledged?.repetition.stop();
        this.#unacknowledged = undefined;
        for (const { onSent } of this.#queue.splice(0)) onSent(false);
    }

    #sendNext(): void {
        if (this.#unacknowledged !== undefined) return;
        const next = this.#queue.shift();
        if (next === undefined) return;
        const rseq = this.#rseq;
        this.#rseq += 1;
        next.response.headers.set("RSeq", String(rseq));
        const { clock, timing } = this.#context;
        const repeat = (): void => this.#user.send(next.response);
        const giveUp = (): void => this.#user.onUnacknowledged();
        this.#unacknowledged = { rseq, repetition: new Repetition(clock, timing, Infinity, repeat, giveUp) };
        this.#user.send(next.response);
        next.onSent(true);
    }
}

/** True if the peer understands reliable provisional responses. */
export function supports100rel(request: SipRequest): boolean {
    const { headers } = request;
    return [...headers.list("Supported"), ...headers.list("Require")].some((tag) => tag.toLowerCase() === "100rel");
}

/** True if the application requests that the response is sent reliably. */
export function requestsReliable(response: { readonly headers: { list(name: string): string[] } }): boolean {
    return response.headers.list("Require").some((tag) => tag.toLowerCase() === "100rel");
}
