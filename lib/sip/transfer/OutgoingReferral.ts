import type { TransferProgress } from "../../call/CallEffect.ts";
import type { EndCause } from "../../call/vocabulary.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { LegReport } from "../../ports/CallLeg.ts";
import { askInDialog, type InDialogParts } from "../dialog/askInDialog.ts";
import { causeOfFailure } from "../sipEndCause.ts";
import { tokensOf } from "../sipHeaders.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";

export interface OutgoingReferralParts extends InDialogParts {
    readonly clock: Clock;
    readonly log: Log;
    readonly report: LegReport;
}

/** `pending`: the final result is due. */
type State = { readonly phase: "pending"; readonly stopTimer: () => void } | { readonly phase: "over" };

/** How long the target may ring: longer than any phone does. */
const RESULT_TIMEOUT_MS = 180_000;

/** Results by which a peer says that it has not called the target. */
const NOT_PLACED: ReadonlySet<EndCause> = new Set(["rejectedByNetwork", "networkFailure", "serviceUnavailable"]);

/** One REFER of the bridge: the response, and the NOTIFYs of the peer until the end of the transfer (RFC 3515). */
export class OutgoingReferral {
    readonly #parts: OutgoingReferralParts;
    #state: State;
    #target: "silent" | "ringing" = "silent";

    constructor(parts: OutgoingReferralParts) {
        this.#parts = parts;
        const stopTimer = parts.clock.startTimer(RESULT_TIMEOUT_MS, () => {
            this.#finish({ stage: "failed", cause: "noResponse" });
        });
        this.#state = { phase: "pending", stopTimer };
    }

    /** Asks the peer. @param referTo the value of Refer-To. Never rejects. */
    async ask(referTo: string): Promise<void> {
        const { log } = this.#parts;
        try {
            const { status, headers } = await askInDialog(this.#parts, {
                method: "REFER",
                headers: { "Refer-To": referTo },
            });
            if (status < 300) {
                this.#progressed({ stage: "placed" });
                return;
            }
            log.info("REFER rejected by the SIP peer", { status });
            this.#reject(causeOfFailure(status, headers, "nothing"));
        } catch (error) {
            log.debug("REFER not sent", { error });
            this.#reject("networkFailure");
        }
    }

    /** The response to a NOTIFY about the transfer; undefined for every other request. */
    receive({ method, headers, body }: IncomingRequest): OutgoingResponse | undefined {
        if (method !== "NOTIFY" || !tokensOf(headers.get("event"), ";").has("refer")) return undefined;
        const status = Number(/^SIP\/2\.0 ([1-6][0-9]{2})\b/.exec(body.trimStart())?.[1] ?? 0);
        if (status === 0) return { status: 400, reason: "Bad Message Fragment" };
        if (status >= 300) this.#failed(causeOfFailure(status, new Map(), "nothing"));
        else if (status >= 200) this.#finish({ stage: "done" });
        else if (/^\s*terminated/i.test(headers.get("subscription-state") ?? "")) {
            // the peer does not say how the transfer ends
            this.#finish({ stage: "failed", cause: "networkFailure" });
        } else if (status > 100) this.#progressed({ stage: "ringing" });
        return { status: 200 };
    }

    /** The peer hangs up: it has the other call. */
    hungUp(): void {
        this.#finish({ stage: "done" });
    }

    /** The dialog is over. Nothing is reported any more. */
    stop(): void {
        if (this.#state.phase === "pending") this.#state.stopTimer();
        this.#state = { phase: "over" };
    }

    /** The result of the call that the peer has placed, or could not place: its rules or its network do not allow it. */
    #failed(cause: EndCause): void {
        if (this.#target === "silent" && NOT_PLACED.has(cause)) this.#reject(cause);
        else this.#finish({ stage: "failed", cause });
    }

    #reject(cause: EndCause): void {
        if (this.#state.phase === "pending") this.#parts.report({ kind: "referralRejected", cause });
        this.stop();
    }

    #progressed(progress: TransferProgress): void {
        if (progress.stage === "ringing") this.#target = "ringing";
        if (this.#state.phase === "pending") this.#parts.report({ kind: "referral", progress });
    }

    #finish(progress: TransferProgress): void {
        this.#progressed(progress);
        this.stop();
    }
}
