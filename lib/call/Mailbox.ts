/**
 * Hands events one by one to a reader, in their order, also those that the reader's own effects post: nothing slips between
 * reading and writing a state.
 */
export class Mailbox<Event> {
    readonly #read: (event: Event) => void;
    /** The first one is being read. */
    readonly #events: Event[] = [];

    /** `read` must not throw. */
    constructor(read: (event: Event) => void) {
        this.#read = read;
    }

    /** Never throws; can be called from anywhere, also while another event is being read. */
    post(event: Event): void {
        this.#events.push(event);
        if (this.#events.length > 1) return;
        for (let next = this.#events[0]; next !== undefined; next = this.#events[0]) {
            this.#read(next);
            this.#events.shift();
        }
    }
}
