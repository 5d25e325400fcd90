import type { Clock } from "../../ports/Clock.ts";

export interface FloodWatchParts {
    readonly clock: Clock;
    /** Called once when many requests are dropped, with their number in this minute so far. Synchronous. */
    readonly onBegin: (perMinute: number) => void;
    /** Called once when that has been over for some minutes. Synchronous. */
    readonly onEnd: () => void;
}

const MINUTE_MS = 60_000;
/** Dropped requests in a minute that are a scan or a flood; a phone with a wrong password sends fewer. */
const FLOOD = 120;
const QUIET = 20;
const QUIET_MINUTES = 5;

type State = { readonly kind: "calm" } | { readonly kind: "flood"; readonly quietMinutes: number };

/** Recognises scans and floods by the number of SIP requests that the bridge drops. */
export class FloodWatch {
    readonly #parts: FloodWatchParts;
    #minute = 0;
    #count = 0;
    #state: State = { kind: "calm" };

    constructor(parts: FloodWatchParts) {
        this.#parts = parts;
    }

    /** Requests were dropped or rejected before they reached a call. */
    dropped(requests = 1): void {
        this.check();
        this.#count += requests;
        if (this.#count < FLOOD) return;
        if (this.#state.kind === "calm") this.#parts.onBegin(this.#count);
        this.#state = { kind: "flood", quietMinutes: 0 };
    }

    /** Looks whether the flood is over. Called at intervals of less than a minute. */
    check(): void {
        const minute = Math.floor(this.#parts.clock.monotonic() / MINUTE_MS);
        if (minute === this.#minute) return;
        const wasQuiet = this.#count < QUIET;
        const passed = minute - this.#minute;
        this.#minute = minute;
        this.#count = 0;
        if (this.#state.kind === "calm") return;
        const quietMinutes = (wasQuiet ? this.#state.quietMinutes + 1 : 0) + passed - 1;
        this.#state = { kind: "flood", quietMinutes };
        if (quietMinutes < QUIET_MINUTES) return;
        this.#state = { kind: "calm" };
        this.#parts.onEnd();
    }
}
