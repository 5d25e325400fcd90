import type { EndCause, Sdp } from "../../call/vocabulary.ts";
import type { OriginLeg } from "../../ports/CallLeg.ts";
import { InnerLeg } from "../../ports/InnerLeg.ts";
import type { TestTone } from "../../ports/TestTone.ts";

/** The caller of a test call: the bridge itself, with a test tone as its voice. */
export class TestCallLeg extends InnerLeg implements OriginLeg {
    readonly #tone: TestTone;
    readonly #onAnswered: () => void;
    readonly #onEnded: (cause: EndCause) => void;

    constructor(tone: TestTone, onAnswered: () => void, onEnded: (cause: EndCause) => void) {
        super();
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
}
