import type { Clock } from "../Clock.ts";
import { expireAfter, refreshAfter, type SessionTimer } from "../dialog/sessionTimer.ts";
import { TimerSet } from "../transaction/TimerSet.ts";

type TimerState =
    | { readonly kind: "unlimited" }
    | { readonly kind: "agreed"; readonly timer: SessionTimer }
    /** The call ends. */
    | { readonly kind: "stopped" };

/** The session timer of one call (RFC 4028): refreshes it if that is our duty, and ends it if it was not refreshed in time. */
export class SessionTimerKeeper {
    readonly #timers: TimerSet<"refresh" | "expire">;
    #state: TimerState = { kind: "unlimited" };
    /** The largest Min-SE of a 422 to one of our refreshes: repeated in each refresh after it (RFC 4028 7.4). */
    least = 0;
    #onRefresh = (_timer: SessionTimer): void => undefined;
    #onExpire = (): void => undefined;

    constructor(clock: Clock) {
        this.#timers = new TimerSet(clock);
    }

    /** What was agreed last; undefined if the session has no limit, or ends. */
    get agreed(): SessionTimer | undefined {
        return this.#state.kind === "agreed" ? this.#state.timer : undefined;
    }

    /** Sets what is done when a refresh is due, and when the session is over. */
    whenDue(refresh: (timer: SessionTimer) => void, expire: () => void): void {
        this.#onRefresh = refresh;
        this.#onExpire = expire;
    }

    /** A session refresh request was answered 2xx: the time starts again, by what was agreed this time. */
    renew(agreed: SessionTimer | undefined): void {
        if (this.#state.kind === "stopped") return;
        this.#timers.stopAll();
        this.#state = agreed === undefined ? { kind: "unlimited" } : { kind: "agreed", timer: agreed };
        if (agreed === undefined) return;
        if (agreed.weRefresh) this.#timers.set("refresh", refreshAfter(agreed), () => this.#onRefresh(agreed));
        this.#timers.set("expire", expireAfter(agreed), () => this.#onExpire());
    }

    /** A refresh did not get through: it is tried again, within the time that is left. */
    retry(timer: SessionTimer, ms: number): void {
        if (this.#state.kind !== "stopped") this.#timers.set("refresh", ms, () => this.#onRefresh(timer));
    }

    /** The call ends: an answer that still comes renews nothing. */
    stop(): void {
        this.#state = { kind: "stopped" };
        this.#timers.stopAll();
    }
}
