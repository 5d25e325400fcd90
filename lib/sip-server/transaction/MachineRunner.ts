import type { Clock } from "../Clock.ts";
import type { Step, TimerAction } from "./Step.ts";
import { TimerSet } from "./TimerSet.ts";

/** The pure half of a transaction, and what its orders do. */
export interface Machine<State, Event, Timer extends string, Order extends { readonly kind: string }, Message> {
    readonly start: Step<State, Order | TimerAction<Timer>>;
    step(state: State, event: Event): Step<State, Order | TimerAction<Timer>>;
    timerFired(timer: Timer): Event;
    /** Carries out an order; `message` came with the event that led to it. */
    perform(order: Order, message: Message | undefined): void;
    /** The transaction is over and its timers are taken back. Called once. */
    over(): void;
}

interface Received<Event, Message> {
    readonly event: Event;
    readonly message: Message | undefined;
}

/**
 * Runs one state machine. Events that arrive while effects are carried out wait until all are done: an order may call back
 * into the machine without upsetting the orders behind it.
 */
export class MachineRunner<State, Event, Timer extends string, Order extends { readonly kind: string }, Message> {
    readonly #machine: Machine<State, Event, Timer, Order, Message>;
    readonly #timers: TimerSet<Timer>;
    readonly #mailbox: Received<Event, Message>[] = [];
    #state: State;
    #phase: "idle" | "draining" | "over" = "idle";

    constructor(machine: Machine<State, Event, Timer, Order, Message>, clock: Clock) {
        this.#machine = machine;
        this.#timers = new TimerSet(clock);
        this.#state = machine.start.state;
    }

    get state(): State {
        return this.#state;
    }

    get over(): boolean {
        return this.#phase === "over";
    }

    /** Carries out the orders of the start. Apart from the constructor, so that the owner is complete when called back. */
    start(message?: Message): void {
        if (this.over) return;
        this.#phase = "draining";
        this.#perform(this.#machine.start.actions, message);
        this.#drain();
    }

    handle(event: Event, message?: Message): void {
        if (this.over) return;
        this.#mailbox.push({ event, message });
        if (this.#phase === "idle") this.#drain();
    }

    /** Ends it in any state: the server stops, or the machine has ended. */
    abort(): void {
        if (this.over) return;
        this.#phase = "over";
        this.#mailbox.length = 0;
        this.#timers.stopAll();
        this.#machine.over();
    }

    #drain(): void {
        if (this.over) return;
        this.#phase = "draining";
        for (let next = this.#mailbox.shift(); next !== undefined; next = this.#mailbox.shift()) {
            const { state, actions } = this.#machine.step(this.#state, next.event);
            this.#state = state;
            this.#perform(actions, next.message);
        }
        this.#rest();
    }

    /** A machine that has ended stays so. */
    #rest(): void {
        if (this.#phase === "draining") this.#phase = "idle";
    }

    #perform(actions: readonly (Order | TimerAction<Timer>)[], message: Message | undefined): void {
        for (const action of actions) {
            if (this.over) return;
            if (!isTimerAction<Timer>(action)) this.#machine.perform(action, message);
            else if (action.kind === "setTimer") this.#setTimer(action.timer, action.ms);
            else if (action.kind === "stopTimer") this.#timers.stop(action.timer);
            else this.abort();
        }
    }

    #setTimer(timer: Timer, ms: number): void {
        this.#timers.set(timer, ms, () => this.handle(this.#machine.timerFired(timer)));
    }
}

function isTimerAction<Timer extends string>(action: { readonly kind: string }): action is TimerAction<Timer> {
    return action.kind === "setTimer" || action.kind === "stopTimer" || action.kind === "over";
}
