import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import { type IncomingResponse, SipSendError } from "../SipStack.ts";
import type { InDialogParts } from "./askInDialog.ts";
import { isUnreached } from "./isDialogGone.ts";

/** A challenge says that the peer is there, so that none is answered. */
export interface DialogProbeParts extends Omit<InDialogParts, "digest"> {
    readonly clock: Pick<Clock, "startTimer">;
    readonly log: Log;
}

/** How long a peer can take to respond, in ms: over UDP the request is sent five times (RFC 3261, section 17.1.2.2). */
const ANSWER_MS = 10_000;
/** A phone that has lost its connection may open another one: it is asked once more after this time, in ms. */
const AGAIN_MS = 5_000;

type ProbeState = { readonly phase: "idle" | "over" } | { readonly phase: "asking"; readonly stopTimer: () => void };

/**
 * Asks the peer of a dialog by OPTIONS whether it still has the call. 481 means that it does not know the dialog; every other
 * response that it does (RFC 5057, section 5.1). A peer that does not respond in time is gone.
 */
export class DialogProbe {
    readonly #parts: DialogProbeParts;
    readonly #onGone: () => void;
    #state: ProbeState = { phase: "idle" };

    /** @param onGone called at most once */
    constructor(parts: DialogProbeParts, onGone: () => void) {
        this.#parts = parts;
        this.#onGone = onGone;
    }

    /** Asks, unless a question is open. Resolves once it has been sent; never rejects. */
    async ask(): Promise<void> {
        if (this.#state.phase === "idle") await this.#send("first");
    }

    /** The dialog is over. */
    stop(): void {
        if (this.#state.phase === "asking") this.#state.stopTimer();
        this.#state = { phase: "over" };
    }

    async #send(attempt: "first" | "second"): Promise<void> {
        const { stack, log, userAgent, dialogId, headers } = this.#parts;
        this.#wait(ANSWER_MS, () => this.#gone("no response"));
        try {
            await stack.send(
                {
                    method: "OPTIONS",
                    dialogId,
                    headers: { ...headers, "User-Agent": userAgent, Accept: "application/sdp" },
                },
                { onResponse: (response) => this.#take(response, attempt) },
            );
        } catch (error) {
            log.debug("OPTIONS not sent", { error });
            // the SIP server ended the dialog by itself
            if (error instanceof SipSendError && error.code === "noDialog") this.#gone("no dialog");
            else this.#settle();
        }
    }

    #take(response: IncomingResponse, attempt: "first" | "second"): void {
        if (this.#state.phase !== "asking" || response.status < 200) return;
        if (response.status === 481) return this.#gone("no dialog");
        if (!isUnreached(response)) return this.#settle();
        if (response.status === 408 || attempt === "second") return this.#gone("no response");
        this.#wait(AGAIN_MS, () => void this.#send("second"));
    }

    #wait(ms: number, then: () => void): void {
        if (this.#state.phase === "asking") this.#state.stopTimer();
        this.#state = { phase: "asking", stopTimer: this.#parts.clock.startTimer(ms, then) };
    }

    #settle(): void {
        if (this.#state.phase !== "asking") return;
        this.#state.stopTimer();
        this.#state = { phase: "idle" };
    }

    #gone(why: "no response" | "no dialog"): void {
        if (this.#state.phase !== "asking") return;
        this.stop();
        this.#parts.log.info("SIP peer no longer has the call", { why });
        this.#onGone();
    }
}
