/**
 * Reports what the network did, in order, one turn later: the confirmation of an order may be in the same chunk of data as the ACK or
 * response that it provoked, and the code that waits for it must have continued before that is delivered.
 */
export class FactQueue {
    readonly #facts: (() => void)[] = [];

    tell(fact: () => void): void {
        this.#facts.push(fact);
        if (this.#facts.length > 1) return;
        setImmediate(() => {
            for (const told of this.#facts.splice(0)) told();
        });
    }
}
