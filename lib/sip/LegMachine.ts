import { Mailbox } from "../call/Mailbox.ts";

/** What an event makes of a leg: its next state, and orders to be carried out in this order. */
export interface LegStep<State, Order> {
    readonly state: State;
    readonly orders: readonly Order[];
}

export interface LegMachineParts<State, Event, Order> {
    readonly start: State;
    /** Pure and total. */
    readonly step: (state: State, event: Event) => LegStep<State, Order>;
    /**
     * Begins an order, and resolves when what it sends has been sent. Must not throw. `before` resolves when the earlier orders of
     * the same step have been carried out or have failed.
     */
    readonly carryOut: (order: Order, before: Promise<unknown>) => Promise<void>;
    /** Receives failures of steps that are not awaited. */
    readonly onFailure: (error: unknown) => void;
}

interface Letter<Event> {
    readonly event: Event;
    readonly done: (work: Promise<unknown>) => void;
}

/**
 * Runs the state machine of a leg. All orders of an event are begun before the next event is read, so that nothing comes between
 * them: a leg reports no answer after its end.
 */
export class LegMachine<State, Event, Order> {
    readonly #parts: LegMachineParts<State, Event, Order>;
    readonly #mailbox: Mailbox<Letter<Event>>;
    #state: State;

    constructor(parts: LegMachineParts<State, Event, Order>) {
        this.#parts = parts;
        this.#state = parts.start;
        this.#mailbox = new Mailbox((letter) => this.#read(letter));
    }

    get state(): State {
        return this.#state;
    }

    /** Resolves when everything that the event leads to has been sent, and rejects if one part of it fails. */
    async apply(event: Event): Promise<void> {
        const { promise, resolve } = Promise.withResolvers<unknown>();
        this.#mailbox.post({ event, done: resolve });
        await promise;
    }

    /** As `apply`, without waiting. */
    happened(event: Event): void {
        this.apply(event).catch(this.#parts.onFailure);
    }

    #read({ event, done }: Letter<Event>): void {
        const { step, carryOut } = this.#parts;
        const { state, orders } = step(this.#state, event);
        this.#state = state;
        const begun: Promise<void>[] = [];
        for (const order of orders) begun.push(carryOut(order, Promise.allSettled(begun)));
        done(Promise.all(begun));
    }
}
