import type { Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import type { PlacedCall } from "./PlacedCall.ts";
import type { WatchedCall } from "./LivenessWatch.ts";
import {
    beginLiveness,
    heardOf,
    isLost,
    type SilenceLimits,
    silentSides,
    type Expectation,
    type Liveness,
} from "./mediaLiveness.ts";

export interface MediaWatchdogParts {
    readonly call: PlacedCall;
    readonly limits: SilenceLimits;
    readonly clock: Clock;
    readonly log: Log;
    /** Called now and then while a side sends nothing: it may be gone, or mute. */
    readonly onSilent: (side: Side) => void;
    /** Called once, when the media is gone. */
    readonly onLost: () => void;
}

/**
 * A party that sends nothing for so long is asked whether it is there, and again after each further interval. Short, because a
 * question does no harm: a phone that suppresses silence responds to it.
 */
const SILENT_AFTER_MS = 6_000;
const TOLD_EVERY_MS = 30_000;

/** Watches the media of one call that is up. */
export class MediaWatchdog implements WatchedCall {
    readonly #parts: MediaWatchdogParts;
    #expected: Expectation;
    #liveness: Liveness;
    #state: "watching" | "over" = "watching";
    /** When the silence of a side was reported last. */
    #toldAt: Readonly<Record<Side, number>> = { origin: Number.NEGATIVE_INFINITY, target: Number.NEGATIVE_INFINITY };

    constructor(expected: Expectation, parts: MediaWatchdogParts) {
        this.#parts = parts;
        this.#expected = expected;
        this.#liveness = beginLiveness(parts.clock.monotonic());
    }

    /** The parties agreed on something new: silence counts from now. */
    expect(expected: Expectation): void {
        this.#expected = expected;
        this.#liveness = beginLiveness(this.#parts.clock.monotonic());
    }

    /** Nothing is reported any more. */
    end(): void {
        this.#state = "over";
    }

    /** Asks the engine once. Never rejects. */
    async poll(): Promise<void> {
        try {
            const packets = await this.#parts.call.countPackets();
            this.#liveness = heardOf(this.#liveness, packets, this.#parts.clock.monotonic());
        } catch (error) {
            if (error instanceof CallFailure && error.endCause === "mediaLost") {
                this.lose("the engine does not know the call any more");
                return;
            }
        }
        if (isLost(this.#liveness, this.#expected, this.#parts.limits, this.#parts.clock.monotonic())) {
            this.lose("silence");
            return;
        }
        this.#tellOfSilence();
    }

    #tellOfSilence(): void {
        const now = this.#parts.clock.monotonic();
        for (const side of silentSides(this.#liveness, SILENT_AFTER_MS, now)) {
            if (this.#state === "over" || now - this.#toldAt[side] < TOLD_EVERY_MS) continue;
            this.#toldAt = { ...this.#toldAt, [side]: now };
            this.#parts.onSilent(side);
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
