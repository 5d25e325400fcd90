import type { Clock } from "../../ports/Clock.ts";

/** The IP addresses that accepted the REGISTER of one trunk, each for as long as it granted the registration. */
export class RegistrarAddresses {
    readonly #clock: Clock;
    /** Ends of the registrations, in ms of the monotonic clock. */
    readonly #until = new Map<string, number>();

    constructor(clock: Clock) {
        this.#clock = clock;
    }

    /** @param address where the 2xx came from; 0 seconds end the registration there */
    accepted(address: string, seconds: number): void {
        const now = this.#clock.monotonic();
        // a host name can resolve to other addresses each time
        for (const [each, until] of this.#until) if (until <= now) this.#until.delete(each);
        if (seconds > 0) this.#until.set(address, now + seconds * 1_000);
        else this.#until.delete(address);
    }

    has(address: string): boolean {
        return (this.#until.get(address) ?? Number.NEGATIVE_INFINITY) > this.#clock.monotonic();
    }

    clear(): void {
        this.#until.clear();
    }
}
