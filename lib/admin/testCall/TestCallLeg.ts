import type { EndCause, Sdp } from "../../call/vocabulary.ts";
import type { LegAbility, OriginLeg } from "../../ports/CallLeg.ts";
import type { TestTone } from "../../ports/TestTone.ts";

/** The caller of a test call: the bridge itself, with a test tone as its voice. */
export class TestCallLeg implements OriginLeg {
    readonly abilities: ReadonlySet<LegAbility> = new Set();
    readonly #tone: TestTone;
    readonly #onAnswered: () => void;
    readonly #onEnded: (cause: EndCause) => void;

    constructor(tone: TestTone, onAnswered: () => void, onEnded: (cause: EndCause) => void) {
        this.#tone = tone;
        this.#onAnswered = onAnswered;
        this.#onEnded = onEnded;
    }

    ring(): Promise<void> {
        return Promise.resolve();
    }

    // eslint-disable-next-line @typescript-eslint/require-await -- rejects instead of throwing
    async accept(sdp: Sdp): Promise<void> {
        this.#tone.start(sdp);
        this.#onAnswered();
    }

    end(cause: EndCause): Promise<void> {
        this.#onEnded(cause);
        return Promise.resolve();
    }

    snapshot(): undefined {
        // a test does not go on after a restart
    }

    reoffer(): Promise<void> {
        return Promise.resolve(); // not asked: it has no ability for it
    }

    withdrawOffer(): Promise<void> {
        return Promise.resolve();
    }

    answerOffer(): Promise<void> {
        return Promise.resolve(); // it makes no offers
    }

    rejectOffer(): Promise<void> {
        return Promise.resolve();
    }

    postponeOffer(): Promise<void> {
        return Promise.resolve();
    }

    reportTransfer(): Promise<void> {
        return Promise.resolve(); // it asks for no transfer
    }

    showParty(): Promise<void> {
        return Promise.resolve();
    }

    sendDigits(): Promise<void> {
        return Promise.resolve(); // not asked: it has no ability for it
    }

    check(): Promise<void> {
        return Promise.resolve();
    }
}
