import type { TransferProgress } from "../../call/CallEffect.ts";
import type { EndCause, Sdp } from "../../call/vocabulary.ts";
import type { LegReport, TargetLeg } from "../../ports/CallLeg.ts";
import { InnerLeg } from "../../ports/InnerLeg.ts";
import { agreeOnLink } from "../../sdp/agreeOnLink.ts";
import { SYNTHETIC_OFFER } from "../../sdp/syntheticOffer.ts";

/**
 * The called party of a call whose caller takes a place in another call, or is taken over by the caller of another one. It answers
 * immediately, and a party of the other call takes its place as soon as the caller has the answer.
 */
export class PlaceLeg extends InnerLeg implements TargetLeg {
    readonly #report: LegReport;
    readonly #onEnded: (cause: EndCause) => void;
    #state: "open" | "taken" | "over" = "open";

    /** @param onEnded called once if the place ends before it was taken */
    constructor(report: LegReport, onEnded: (cause: EndCause) => void = () => undefined) {
        super();
        this.#report = report;
        this.#onEnded = onEnded;
    }

    offer(sdp: Sdp): Promise<void> {
        const [, answer] = agreeOnLink(sdp, SYNTHETIC_OFFER) ?? [];
        if (answer === undefined) this.fail("noCommonMedia");
        else this.#report({ kind: "answered", sdp: answer });
        return Promise.resolve();
    }

    end(cause: EndCause): Promise<void> {
        this.#over(cause);
        return Promise.resolve();
    }

    /** A party of the other call takes the place from now on. */
    taken(): void {
        if (this.#state === "open") this.#state = "taken";
    }

    /** The place cannot be taken: the caller must not be left alone in a call. */
    fail(cause: EndCause): void {
        if (this.#state === "over") return;
        this.#report({ kind: "ended", cause });
        this.#over(cause);
    }

    override reportTransfer(progress: TransferProgress): Promise<void> {
        if (progress.stage === "failed") this.fail(progress.cause);
        return Promise.resolve();
    }

    #over(cause: EndCause): void {
        const before = this.#state;
        this.#state = "over";
        if (before === "open") this.#onEnded(cause);
    }
}
