import type { TransferProgress } from "../../call/CallEffect.ts";
import type { EndCause } from "../../call/vocabulary.ts";
import type { LegReport, OriginLeg } from "../../ports/CallLeg.ts";
import { InnerLeg } from "../../ports/InnerLeg.ts";

/** What the bridge does when the call to the target of a transfer gets on. */
export interface ConsultProgress {
    readonly onRinging: () => void;
    readonly onAnswered: () => void;
    /** The target was not reached. Not called after `onAnswered`. */
    readonly onFailed: (cause: EndCause) => void;
}

type ConsultState = "calling" | "answered" | "over";

/**
 * The caller of a call that the bridge places to the target of a transfer, until the party that is transferred takes its place.
 */
export class ConsultLeg extends InnerLeg implements OriginLeg {
    readonly #progress: ConsultProgress;
    #report: LegReport = () => undefined;
    #state: ConsultState = "calling";

    constructor(progress: ConsultProgress) {
        super();
        this.#progress = progress;
    }

    /** Called once, when the desk has accepted the call. */
    connect(report: LegReport): void {
        this.#report = report;
    }

    /** The transfer is not wanted any more. Has no effect once the call is joined. */
    cancel(): void {
        if (this.#state === "over") return;
        this.#state = "over";
        this.#report({ kind: "ended", cause: "cancelled" });
    }

    ring(): Promise<void> {
        if (this.#state === "calling") this.#progress.onRinging();
        return Promise.resolve();
    }

    accept(): Promise<void> {
        if (this.#state !== "calling") return Promise.resolve();
        this.#state = "answered";
        this.#progress.onAnswered();
        return Promise.resolve();
    }

    end(cause: EndCause): Promise<void> {
        const before = this.#state;
        this.#state = "over";
        if (before === "calling") this.#progress.onFailed(cause);
        return Promise.resolve();
    }

    /** The target answered, and its call could not be joined: it must not be left alone in a call. */
    override reportTransfer({ stage }: TransferProgress): Promise<void> {
        if (stage === "failed") this.cancel();
        return Promise.resolve();
    }
}
