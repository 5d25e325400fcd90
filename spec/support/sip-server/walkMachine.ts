/** A machine and all that can happen to it. */
export interface Walkable<State, Event, Action extends { readonly kind: string }> {
    readonly start: { readonly state: State; readonly actions: readonly Action[] };
    readonly events: readonly Event[];
    step(state: State, event: Event): { readonly state: State; readonly actions: readonly Action[] };
}

/** One way through a machine: the events, and all orders it gave, those of the start first. */
export interface Trace<State, Event, Action> {
    readonly events: readonly Event[];
    readonly states: readonly State[];
    readonly actions: readonly (readonly Action[])[];
    /** Timers set and neither stopped nor fired. */
    readonly running: ReadonlySet<string>;
}

/**
 * Walks every sequence of `depth` events. A timer's event happens only while that timer runs, as an executor would have
 * it. Returns how many ways there were; `visit` sees each, the shorter ones too.
 */
export function walk<State, Event extends { readonly kind: string }, Action extends { readonly kind: string }>(
    machine: Walkable<State, Event, Action>,
    depth: number,
    visit: (trace: Trace<State, Event, Action>) => void,
): number {
    let count = 0;
    const go = (trace: Trace<State, Event, Action>): void => {
        count += 1;
        visit(trace);
        if (trace.events.length === depth) return;
        const state = trace.states.at(-1);
        if (state === undefined) return;
        for (const event of machine.events) {
            const timer = timerOf(event);
            if (timer !== undefined && !trace.running.has(timer)) continue;
            const { state: next, actions } = machine.step(state, event);
            const running = new Set(trace.running);
            if (timer !== undefined) running.delete(timer);
            go({
                events: [...trace.events, event],
                states: [...trace.states, next],
                actions: [...trace.actions, actions],
                running: apply(running, actions),
            });
        }
    };
    const { state, actions } = machine.start;
    go({ events: [], states: [state], actions: [actions], running: apply(new Set(), actions) });
    return count;
}

function apply(running: Set<string>, actions: readonly { readonly kind: string }[]): Set<string> {
    for (const action of actions) {
        if (action.kind === "over") running.clear();
        if (!("timer" in action) || typeof action.timer !== "string") continue;
        if (action.kind === "setTimer") running.add(action.timer);
        if (action.kind === "stopTimer") running.delete(action.timer);
    }
    return running;
}

function timerOf(event: { readonly kind: string }): string | undefined {
    return "timer" in event && typeof event.timer === "string" ? event.timer : undefined;
}

/** How often that order was given along the way. */
export function times(
    trace: { readonly actions: readonly (readonly { readonly kind: string }[])[] },
    kind: string,
): number {
    return trace.actions.flat().filter((action) => action.kind === kind).length;
}
