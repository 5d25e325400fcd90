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
/** Sources whose first failure in a period is told at once: of strangers, and of peers we trust, whom no stranger may crowd out. */
const TOLD_STRANGERS = 3;
const TOLD_TRUSTED = 50;
/** Sources of untold failures that are told apart in a period. */
const MAX_COUNTED = 1_000;

/**
 * Decides which failed handshakes the operator is told of. Anybody can make them fail, as often as connections are
 * admitted: of each source only the first in ten minutes is told, of few sources, and the rest as one count at the end.
 */
export class HandshakeFailures {
    readonly #parts: HandshakeFailuresParts;
    readonly #told = { trusted: new Set<string>(), stranger: new Set<string>() };
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
        const told = isTrusted ? this.#told.trusted : this.#told.stranger;
        if (!told.has(source) && told.size < (isTrusted ? TOLD_TRUSTED : TOLD_STRANGERS)) {
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
        for (const kept of [this.#told.trusted, this.#told.stranger, this.#untoldSources]) kept.clear();
        if (failures > 0) this.#parts.onSummary({ failures, sources, seconds: PERIOD_MS / 1_000 });
    }
}
