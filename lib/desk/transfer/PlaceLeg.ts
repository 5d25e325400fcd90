import type { TransferProgress } from "../../call/CallEffect.ts";
import type { EndCause, Sdp } from "../../call/vocabulary.ts";
import type { LegReport, TargetLeg } from "../../ports/CallLeg.ts";
import { InnerLeg } from "../../ports/InnerLeg.ts";
import { agreeOnLink } from "../../sdp/agreeOnLink.ts";
import { SYNTHETIC_OFFER } from "../../sdp/syntheticOffer.ts";

/**
 * The called party of a call whose caller takes a place in another call. It answers immediately, and the party that stays in the other
 * call takes its place as soon as the caller has the answer.
 */
export class PlaceLeg extends InnerLeg implements TargetLeg {
    readonly #report: LegReport;
    #state: "open" | "over" = "open";

    constructor(report: LegReport) {
        super();
        this.#report = report;
    }

    offer(sdp: Sdp): Promise<void> {
        const [, answer] = agreeOnLink(sdp, SYNTHETIC_OFFER) ?? [];
        if (answer === undefined) this.fail("noCommonMedia");
        else this.#report({ kind: "answered", sdp: answer });
        return Promise.resolve();
    }

    end(): Promise<void> {
        this.#state = "over";
        return Promise.resolve();
    }

    /** The place cannot be taken: the caller must not be left alone in a call. */
    fail(cause: EndCause): void {
        if (this.#state === "over") return;
        this.#state = "over";
        this.#report({ kind: "ended", cause });
    }

    override reportTransfer(progress: TransferProgress): Promise<void> {
        if (progress.stage === "failed") this.fail(progress.cause);
        return Promise.resolve();
    }
}
