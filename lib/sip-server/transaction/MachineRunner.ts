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

interface Told<Event, Message> {
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
    readonly #mailbox: Told<Event, Message>[] = [];
    #state: State;
    #busy = false;
    #over = false;

    constructor(machine: Machine<State, Event, Timer, Order, Message>, clock: Clock) {
        this.#machine = machine;
        this.#timers = new TimerSet(clock);
        this.#state = machine.start.state;
    }

    get state(): State {
        return this.#state;
    }

    get over(): boolean {
        return this.#over;
    }

    /** Carries out the orders of the start. Apart from the constructor, so that the owner is complete when called back. */
    start(message?: Message): void {
        this.#busy = true;
        this.#perform(this.#machine.start.actions, message);
        this.#drain();
    }

    tell(event: Event, message?: Message): void {
        this.#mailbox.push({ event, message });
        if (!this.#busy) this.#drain();
    }

    /** Ends it without the machine's consent: the server stops. */
    abort(): void {
        if (this.#over) return;
        this.#over = true;
        this.#timers.stopAll();
        this.#machine.over();
    }

    #drain(): void {
        this.#busy = true;
        for (let told = this.#mailbox.shift(); told !== undefined; told = this.#mailbox.shift()) {
            if (this.#over) continue;
            const { state, actions } = this.#machine.step(this.#state, told.event);
            this.#state = state;
            this.#perform(actions, told.message);
        }
        this.#busy = false;
    }

    #perform(actions: readonly (Order | TimerAction<Timer>)[], message: Message | undefined): void {
        for (const action of actions) {
            if (this.#over) return;
            if (!isTimerAction<Timer>(action)) this.#machine.perform(action, message);
            else if (action.kind === "setTimer") this.#setTimer(action.timer, action.ms);
            else if (action.kind === "stopTimer") this.#timers.stop(action.timer);
            else this.abort();
        }
    }

    #setTimer(timer: Timer, ms: number): void {
        this.#timers.set(timer, ms, () => this.tell(this.#machine.timerFired(timer)));
    }
}

function isTimerAction<Timer extends string>(action: { readonly kind: string }): action is TimerAction<Timer> {
    return action.kind === "setTimer" || action.kind === "stopTimer" || action.kind === "over";
}
