import type { CancelTimer, Clock } from "../Clock.ts";

/** After the second retransmission over UDP (RFC 3261 17.1, timers A and E). */
const ASK_AFTER_MS = 1_700;

export interface SilenceInquiryParts {
    readonly clock: Clock;
    /** As `TransportLayer.whySilent`. */
    readonly ask: () => Promise<string | undefined>;
}

/**
 * Finds out once why a target does not respond, if it still does not after two retransmissions. The outcome is a reason for the operator's
 * log, not for leaving the target earlier: a firewall may reject the question and let requests through.
 */
export class SilenceInquiry {
    readonly #stopTimer: CancelTimer;
    #outcome: string | undefined;

    /** To be made when the request is sent. */
    constructor({ clock, ask }: SilenceInquiryParts) {
        this.#stopTimer = clock.setTimer(ASK_AFTER_MS, () => {
            void ask().then((code) => {
                if (code !== undefined) this.#outcome = `no response and nothing listens there: ${code}`;
            });
        });
    }

    /** In words for the log; undefined if nothing is known. */
    get outcome(): string | undefined {
        return this.#outcome;
    }

    /** The target has responded, or does not matter any more. */
    stop(): void {
        this.#stopTimer();
    }
}
