import type { Clock } from "../../ports/Clock.ts";
import { spanText } from "../describe.ts";

/** Reports each incident once when it begins and once when it ends. */
export class Incidents {
    readonly #open = new Map<string, number>();
    readonly #clock: Clock;
    readonly #report: (message: string) => void;

    /** @param report sends one message to the control room; must not throw */
    constructor(clock: Clock, report: (message: string) => void) {
        this.#clock = clock;
        this.#report = report;
    }

    /** An incident of this name goes on. Has no effect if it was reported before and has not ended. */
    begin(name: string, message: string): void {
        if (this.#open.has(name)) return;
        this.#open.set(name, this.#clock.now());
        this.#report(`⚠ ${message}`);
    }

    /** An incident of this name was reported by an earlier run of the bridge, and goes on. */
    goesOn(name: string, since: number): void {
        this.#open.set(name, since);
    }

    /** The incident is over. Has no effect if it was not reported. */
    end(name: string, message: string): void {
        const since = this.#open.get(name);
        if (since === undefined) return;
        this.#open.delete(name);
        this.#report(`✓ ${message} (it lasted ${spanText(this.#clock.now() - since)})`);
    }

    /** An incident that has no end of its own. It is reported again at the earliest after `quietMs`. */
    once(name: string, message: string, quietMs: number): void {
        const last = this.#open.get(name);
        if (last !== undefined && this.#clock.now() - last < quietMs) return;
        this.#open.set(name, this.#clock.now());
        this.#report(`⚠ ${message}`);
    }
}
