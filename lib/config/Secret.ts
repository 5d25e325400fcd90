import { inspect } from "node:util";

const HIDDEN = "***";

/** A password, key or token. It prints as `***` wherever it strays: only `reveal` tells it. */
export class Secret {
    readonly #text: string;

    constructor(text: string) {
        this.#text = text;
    }

    /** The secret itself, for the one place that needs it on the wire. */
    reveal(): string {
        return this.#text;
    }

    toString(): string {
        return HIDDEN;
    }

    toJSON(): string {
        return HIDDEN;
    }

    [inspect.custom](): string {
        return HIDDEN;
    }
}
