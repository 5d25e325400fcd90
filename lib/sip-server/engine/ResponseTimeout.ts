import type { CancelTimer, Clock } from "../Clock.ts";
import type { SipResponse } from "../sip/SipMessage.ts";
import type { ClientUser } from "../transaction/ClientUser.ts";
import type { Flow } from "../transport/SipTransport.ts";

/** What comes after all from a target that was given up. */
export type LateListener = (response: SipResponse, flow: Flow) => void;

export interface ResponseTimeoutParts {
    readonly user: ClientUser;
    readonly clock: Clock;
    readonly ms: number;
    /** The target has sent no response, not even 100: of `user`, only `onOver` is called from then on. */
    readonly onSilence: () => LateListener;
}

type State =
    | { readonly kind: "listening"; readonly stopTimer: CancelTimer }
    | { readonly kind: "responded" }
    | { readonly kind: "givenUp"; readonly late: LateListener };

/** Listens to a client transaction for its user, who does not want to wait as long as timers B and F (RFC 3261 17.1). */
export class ResponseTimeout implements ClientUser {
    readonly #parts: ResponseTimeoutParts;
    #standing: State;

    /** To be made right before the transaction starts. */
    constructor(parts: ResponseTimeoutParts) {
        this.#parts = parts;
        this.#standing = { kind: "listening", stopTimer: parts.clock.setTimer(parts.ms, () => this.#giveUp()) };
    }

    onResponse(response: SipResponse, flow: Flow): void {
        const standing = this.#standing;
        if (standing.kind === "givenUp") return standing.late(response, flow);
        this.#markResponded();
        this.#parts.user.onResponse(response, flow);
    }

    onTimeout(): void {
        if (this.#markResponded()) this.#parts.user.onTimeout();
    }

    onTransportFailure(): void {
        if (this.#markResponded()) this.#parts.user.onTransportFailure();
    }

    onExpired(): void {
        if (this.#markResponded()) this.#parts.user.onExpired();
    }

    onOver(): void {
        this.#markResponded();
        this.#parts.user.onOver();
    }

    /** False if it was given up before. */
    #markResponded(): boolean {
        if (this.#standing.kind === "givenUp") return false;
        if (this.#standing.kind === "listening") this.#standing.stopTimer();
        this.#standing = { kind: "responded" };
        return true;
    }

    #giveUp(): void {
        this.#standing = { kind: "givenUp", late: () => undefined };
        this.#standing = { kind: "givenUp", late: this.#parts.onSilence() };
    }
}
