/** What one event makes of a transaction: its next state, and orders for the executor, to be carried out in order. */
export interface Step<State, Action> {
    readonly state: State;
    readonly actions: readonly Action[];
}

/** The orders every machine may give. Setting a timer that runs restarts it; `over` takes back all timers. */
export type TimerAction<Timer extends string> =
    | { readonly kind: "setTimer"; readonly timer: Timer; readonly ms: number }
    | { readonly kind: "stopTimer"; readonly timer: Timer }
    | { readonly kind: "over" };

export function set<Timer extends string>(timer: Timer, ms: number): TimerAction<Timer> {
    return { kind: "setTimer", timer, ms };
}

export function stop<Timer extends string>(timer: Timer): TimerAction<Timer> {
    return { kind: "stopTimer", timer };
}

export const over: TimerAction<never> = { kind: "over" };
