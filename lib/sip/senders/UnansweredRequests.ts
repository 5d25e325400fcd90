import type { Clock } from "../../ports/Clock.ts";
import type { IncomingRequest } from "../SipStack.ts";

/** Longer than any server waits for an application (64 s), so that a response sent then has no effect. */
const SILENCE_MS = 70_000;
/** Beyond this many held requests, unknown peers get a response. */
const MAX_HELD = 1_000;

/**
 * Requests that get no answer. drachtio-srf keeps an INVITE until it is responded to, so each is, when its transaction
 * is long over. (That somebody is here shows all the same: the SIP server sends 100 to every INVITE. Its own lists
 * are the better place to drop unknown peers.)
 */
export class UnansweredRequests {
    readonly #clock: Clock;
    readonly #held = new Map<IncomingRequest, () => void>();

    constructor(clock: Clock) {
        this.#clock = clock;
    }

    get held(): number {
        return this.#held.size;
    }

    /** False if there are too many already. */
    hold(request: IncomingRequest): boolean {
        if (this.#held.size >= MAX_HELD) return false;
        request.onCancel(() => this.#letGo(request));
        this.#held.set(
            request,
            this.#clock.startTimer(SILENCE_MS, () => {
                this.#letGo(request);
                request.respond({ status: 403 }).catch(() => undefined);
            }),
        );
        return true;
    }

    /** The server, and with it what it held, is gone. */
    lost(): void {
        for (const request of [...this.#held.keys()]) this.#letGo(request);
    }

    #letGo(request: IncomingRequest): void {
        this.#held.get(request)?.();
        this.#held.delete(request);
    }
}
