import type { CancelTimer, Clock } from "../Clock.ts";
import { sourceKey } from "./sourceKey.ts";

/** The events of a period that were not logged one by one. */
export interface SourceSummary {
    readonly events: number;
    /** Number of different sources (IPv4 address, IPv6 /64), up to a limit. */
    readonly sources: number;
    readonly seconds: number;
}

export interface SourceLogParts<Event> {
    readonly clock: Pick<Clock, "setTimer">;
    readonly isTrusted: (address: string) => boolean;
    /** Number of unknown sources whose first event in a period is logged immediately. */
    readonly unknownSources: number;
    /** Logs the first event of a source. */
    readonly onFirst: (event: Event) => void;
    /** Logs the number of all others, at the end of a period. */
    readonly onSummary: (summary: SourceSummary) => void;
}

const PERIOD_MS = 600_000;
/** The same for trusted sources, which have a number of their own, so that unknown ones cannot use it up. */
const TRUSTED_SOURCES = 50;
/** Number of sources that are counted in a period, if their events are not logged. */
const MAX_COUNTED = 1_000;

/**
 * Decides which events are logged that any sender can cause as often as it likes: the first of each source in ten minutes,
 * for a few sources, and one count of all others at the end. The SIP server uses it for what it drops before reading it, and the
 * bridge for requests of unknown senders.
 */
export class SourceLog<Event extends { readonly address: string }> {
    readonly #parts: SourceLogParts<Event>;
    readonly #logged = { trusted: new Set<string>(), unknown: new Set<string>() };
    readonly #otherSources = new Set<string>();
    #others = 0;
    #stopTimer: CancelTimer | undefined;

    constructor(parts: SourceLogParts<Event>) {
        this.#parts = parts;
    }

    note(event: Event): void {
        const { clock, isTrusted, unknownSources, onFirst } = this.#parts;
        this.#stopTimer ??= clock.setTimer(PERIOD_MS, () => this.#endPeriod());
        const source = sourceKey(event.address);
        const trusted = isTrusted(event.address);
        const logged = trusted ? this.#logged.trusted : this.#logged.unknown;
        if (!logged.has(source) && logged.size < (trusted ? TRUSTED_SOURCES : unknownSources)) {
            logged.add(source);
            return onFirst(event);
        }
        this.#others += 1;
        if (this.#otherSources.size < MAX_COUNTED) this.#otherSources.add(source);
    }

    /** Ends the period. An event after it begins a new one. */
    stop(): void {
        this.#stopTimer?.();
        this.#endPeriod();
    }

    #endPeriod(): void {
        const events = this.#others;
        const sources = this.#otherSources.size;
        this.#stopTimer = undefined;
        this.#others = 0;
        for (const kept of [this.#logged.trusted, this.#logged.unknown, this.#otherSources]) kept.clear();
        if (events > 0) this.#parts.onSummary({ events, sources, seconds: PERIOD_MS / 1_000 });
    }
}
