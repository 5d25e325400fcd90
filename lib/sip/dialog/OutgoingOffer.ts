import type { EndCause, Sdp } from "../../call/vocabulary.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import { leadingSecondsIn } from "../deltaSeconds.ts";
import { sendInDialog } from "../digest/sendInDialog.ts";
import { sessionDescriptionIn } from "../sessionDescription.ts";
import { CAPABILITIES } from "../sipCapabilities.ts";
import type { InDialogParts } from "./askInDialog.ts";
import { isDialogGone } from "./isDialogGone.ts";
import { causeOfFailure } from "../sipEndCause.ts";
import type { IncomingResponse, SentRequest } from "../SipStack.ts";

export interface OutgoingOfferParts extends InDialogParts {
    readonly clock: Clock;
    readonly log: Log;
    /** Which of the two chose the Call-ID: after a glare it waits longer (RFC 3261, section 14.1). */
    readonly role: "caller" | "callee";
    /** A random number from 0 to 1. */
    readonly random: () => number;
    readonly onOutcome: (outcome: OfferOutcome) => void;
}

/** How an offer ended. */
export type OfferOutcome =
    | { readonly kind: "answered"; readonly sdp: Sdp }
    /** The session stays as it was. */
    | { readonly kind: "rejected"; readonly cause: EndCause }
    /** The peer knows of no such dialog, or did not respond at all: the call is over (RFC 3261, section 14.1). */
    | { readonly kind: "dialogGone" };

type State =
    | { readonly phase: "sending" }
    | { readonly phase: "waiting"; readonly sent: SentRequest }
    /** The peer's offer came first, or the peer asked for a pause. */
    | { readonly phase: "pausing"; readonly stopTimer: () => void }
    | { readonly phase: "over" };

/** How often an offer is made again after a glare (491), or because the peer was busy with another one (500). */
const MAX_RETRIES = 3;
const LONGEST_RETRY_AFTER_S = 10;

/** One offer of the bridge within a dialog: a re-INVITE, made again if it meets one of the peer. */
export class OutgoingOffer {
    readonly #sdp: Sdp;
    readonly #parts: OutgoingOfferParts;
    #state: State = { phase: "sending" };
    #retries = 0;

    constructor(sdp: Sdp, parts: OutgoingOfferParts) {
        this.#sdp = sdp;
        this.#parts = parts;
        void this.#send();
    }

    /** Whether a request is under way: an offer of the peer has to be rejected by 491 meanwhile. */
    get isUnderWay(): boolean {
        return this.#state.phase === "sending" || this.#state.phase === "waiting";
    }

    /** The peer offers first while this offer pauses. It is not made again. */
    giveWay(): void {
        if (this.#state.phase === "pausing") this.#finish({ kind: "rejected", cause: "noCommonMedia" });
    }

    /** Nothing more is sent or reported; a request under way is cancelled. */
    withdraw(): void {
        const state = this.#state;
        this.#state = { phase: "over" };
        if (state.phase === "pausing") state.stopTimer();
        if (state.phase === "waiting") {
            state.sent.cancel({}).catch((error: unknown) => this.#parts.log.debug("CANCEL not sent", { error }));
        }
    }

    async #send(): Promise<void> {
        const { headers, userAgent, log } = this.#parts;
        this.#move({ phase: "sending" });
        const onFailed = (error: unknown): void => {
            log.debug("re-INVITE not sent", { error });
            this.#finish({ kind: "rejected", cause: "networkFailure" });
        };
        await sendInDialog({
            ...this.#parts,
            method: "INVITE",
            headers: { ...headers, ...CAPABILITIES, "User-Agent": userAgent, "Content-Type": "application/sdp" },
            body: this.#sdp,
            mayRepeat: () => !this.#isOver,
            onSent: (sent) => this.#sent(sent),
            onFinal: (response) => this.#take(response),
            onFailed,
        }).catch(onFailed);
    }

    #sent(sent: SentRequest): void {
        if (!this.#isOver) return this.#move({ phase: "waiting", sent });
        sent.cancel({}).catch((error: unknown) => this.#parts.log.debug("CANCEL not sent", { error }));
    }

    #take(response: IncomingResponse): void {
        const { status } = response;
        if (status < 300) return this.#accepted(response);
        this.#parts.log.info("session change rejected by the SIP peer", { status });
        if (isDialogGone(response)) return this.#finish({ kind: "dialogGone" });
        const pauseMs = this.#pauseAfter(response);
        if (pauseMs === undefined)
            return this.#finish({ kind: "rejected", cause: causeOfFailure(status, response.headers, "nothing") });
        this.#retries += 1;
        const stopTimer = this.#parts.clock.startTimer(pauseMs, () => void this.#send());
        this.#move({ phase: "pausing", stopTimer });
    }

    /** A 2xx is acknowledged in any case: the peer would repeat it. */
    #accepted(response: IncomingResponse): void {
        const { log, digest } = this.#parts;
        digest?.accepted();
        response.acknowledge().catch((error: unknown) => log.debug("ACK not sent", { error }));
        const description = sessionDescriptionIn(response);
        if (description.kind === "given") return this.#finish({ kind: "answered", sdp: description.sdp });
        this.#finish({ kind: "rejected", cause: "noCommonMedia" });
    }

    /** How long to wait before the same offer, in ms; undefined if it is not made again. */
    #pauseAfter({ status, headers }: IncomingResponse): number | undefined {
        const { role, random } = this.#parts;
        if (this.#retries >= MAX_RETRIES || this.#isOver) return undefined;
        if (status === 491) return role === "caller" ? 2_100 + random() * 1_900 : random() * 2_000;
        const retryAfterS = leadingSecondsIn(headers.get("retry-after")) ?? Infinity;
        return status === 500 && retryAfterS <= LONGEST_RETRY_AFTER_S ? retryAfterS * 1_000 : undefined;
    }

    #finish(outcome: OfferOutcome): void {
        if (this.#isOver) return;
        if (this.#state.phase === "pausing") this.#state.stopTimer();
        this.#state = { phase: "over" };
        this.#parts.onOutcome(outcome);
    }

    #move(next: State): void {
        if (!this.#isOver) this.#state = next;
    }

    get #isOver(): boolean {
        return this.#state.phase === "over";
    }
}
