import type { CancelTimer, Clock } from "../Clock.ts";
import type { Flow } from "./SipTransport.ts";

interface FlowBinding {
    readonly flow: Flow;
    readonly owner: string;
    readonly release: () => void;
}

/** Which connection a Contact was registered over. Forgets when the registration ends or the connection closes. */
export class FlowBindings {
    readonly #clock: Clock;
    readonly #maxBindings: number;
    readonly #bindings = new Map<string, FlowBinding>();

    constructor(clock: Clock, maxBindings: number) {
        this.#clock = clock;
        this.#maxBindings = maxBindings;
    }

    /**
     * Replaces what was bound to `key` for the same owner; another owner's stays. Beyond the limit new keys are not taken:
     * who is registered stays reachable.
     */
    bind(key: string, flow: Flow, expiresSeconds: number, owner: string): void {
        const before = this.#bindings.get(key);
        if (before !== undefined && before.owner !== owner) return;
        before?.release();
        if (expiresSeconds <= 0 || flow.closed || this.#bindings.size >= this.#maxBindings) return;
        const forget = (): void => {
            cancelTimer();
            stopListening();
            this.#bindings.delete(key);
        };
        // Node's timers overflow beyond 24.8 days.
        const cancelTimer: CancelTimer = this.#clock.setTimer(Math.min(expiresSeconds * 1000, 2_000_000_000), forget);
        const stopListening = flow.onClose(forget);
        this.#bindings.set(key, { flow, owner, release: forget });
    }

    find(key: string): Flow | undefined {
        return this.#bindings.get(key)?.flow;
    }

    clear(): void {
        for (const { release } of [...this.#bindings.values()]) release();
    }
}
