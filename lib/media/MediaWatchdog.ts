import { CallFailure } from "../ports/CallFailure.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import type { EngineCall } from "./EngineCall.ts";
import type { WatchedCall } from "./LivenessWatch.ts";
import { beginLiveness, heardOf, isLost, type Expectation, type Liveness } from "./mediaLiveness.ts";

export interface MediaWatchdogParts {
    readonly call: EngineCall;
    readonly silenceMs: number;
    readonly clock: Clock;
    readonly log: Log;
    /** Called once, when the media is gone. */
    readonly onLost: () => void;
}

/** Watches the media of one call that is up. */
export class MediaWatchdog implements WatchedCall {
    readonly #parts: MediaWatchdogParts;
    #expected: Expectation;
    #liveness: Liveness;
    #state: "watching" | "over" = "watching";

    constructor(expected: Expectation, parts: MediaWatchdogParts) {
        this.#parts = parts;
        this.#expected = expected;
        this.#liveness = beginLiveness(parts.clock.now());
    }

    /** The parties agreed on something new: silence counts from now. */
    expect(expected: Expectation): void {
        this.#expected = expected;
        this.#liveness = beginLiveness(this.#parts.clock.now());
    }

    /** Nothing is reported any more. */
    end(): void {
        this.#state = "over";
    }

    /** Asks the engine once. Never rejects. */
    async poll(): Promise<void> {
        try {
            const packets = await this.#parts.call.countPackets();
            this.#liveness = heardOf(this.#liveness, packets, this.#parts.clock.now());
        } catch (error) {
            if (error instanceof CallFailure && error.endCause === "mediaLost") {
                this.lose("the engine does not know the call any more");
                return;
            }
        }
        if (isLost(this.#liveness, this.#expected, this.#parts.silenceMs, this.#parts.clock.now())) {
            this.lose("silence");
        }
    }

    /** The media is known to be lost, from any source. */
    lose(why: string): void {
        if (this.#state === "over") return;
        this.#state = "over";
        this.#parts.log.warn("media lost", { why, rtpengine: this.#parts.call.engine.name });
        this.#parts.onLost();
    }
}
