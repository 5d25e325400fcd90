import type { EndCause } from "../call/vocabulary.ts";

/** What a port rejects with when it cannot do as it was asked: the call ends, or the offer is refused, with `endCause`. */
export class CallFailure extends Error {
    readonly endCause: EndCause;

    constructor(endCause: EndCause, message: string, options?: ErrorOptions) {
        super(message, options);
        this.name = new.target.name;
        this.endCause = endCause;
    }
}
