import type { CancelTimer, Clock } from "../Clock.ts";
import { sourceKey } from "./sourceKey.ts";
import type { Admission, HandshakeFailure } from "./TransportOptions.ts";

/** Failures of a while that were not told one by one. */
export interface HandshakeSummary {
    readonly failures: number;
    /** Different sources of them (IPv4 address, IPv6 /64); counted up to a bound. */
    readonly sources: number;
    readonly seconds: number;
}

export interface HandshakeFailuresParts {
    readonly clock: Clock;
    readonly admit: (address: string) => Admission;
    readonly onFailure: (failure: HandshakeFailure) => void;
    readonly onSummary: (summary: HandshakeSummary) => void;
}

const PERIOD_MS = 600_000;
/** Number of sources whose first failure in a period is logged immediately: unknown ones, and trusted ones, which unknown ones must not crowd out. */
const REPORTED_UNKNOWN = 3;
const REPORTED_TRUSTED = 50;
/** Number of sources of unreported failures that are counted in a period. */
const MAX_COUNTED = 1_000;

/**
 * Decides which failed handshakes are logged. Any peer can make them fail, as often as connections are
 * admitted: only the first of each source in ten minutes is logged, for a few sources, and the rest as one count at the end.
 */
export class HandshakeFailures {
    readonly #parts: HandshakeFailuresParts;
    readonly #told = { trusted: new Set<string>(), unknown: new Set<string>() };
    readonly #untoldSources = new Set<string>();
    #untold = 0;
    #stopTimer: CancelTimer | undefined;

    constructor(parts: HandshakeFailuresParts) {
        this.#parts = parts;
    }

    failed(failure: HandshakeFailure): void {
        const { clock, admit, onFailure } = this.#parts;
        this.#stopTimer ??= clock.setTimer(PERIOD_MS, () => this.#endPeriod());
        const source = sourceKey(failure.address);
        const isTrusted = admit(failure.address) === "trusted";
        const told = isTrusted ? this.#told.trusted : this.#told.unknown;
        if (!told.has(source) && told.size < (isTrusted ? REPORTED_TRUSTED : REPORTED_UNKNOWN)) {
            told.add(source);
            return onFailure(failure);
        }
        this.#untold += 1;
        if (this.#untoldSources.size < MAX_COUNTED) this.#untoldSources.add(source);
    }

    /** Tells what is not told yet; nothing fails after that. */
    stop(): void {
        this.#stopTimer?.();
        this.#endPeriod();
    }

    #endPeriod(): void {
        const failures = this.#untold;
        const sources = this.#untoldSources.size;
        this.#stopTimer = undefined;
        this.#untold = 0;
        for (const kept of [this.#told.trusted, this.#told.unknown, this.#untoldSources]) kept.clear();
        if (failures > 0) this.#parts.onSummary({ failures, sources, seconds: PERIOD_MS / 1_000 });
    }
}
