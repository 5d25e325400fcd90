import type { EndCause } from "../../../lib/call/vocabulary.ts";
import type { CallIntake, CallRequest } from "../../../lib/ports/CallIntake.ts";
import type { LegEvent } from "../../../lib/ports/CallLeg.ts";

/** A call that was handed in, and what its caller did since. */
export interface TakenCall {
    readonly request: CallRequest;
    readonly facts: LegEvent[];
}

/** A desk that takes every call, unless it was told to refuse, and does nothing about it. */
export class KeptIntake implements CallIntake {
    readonly calls: TakenCall[] = [];
    #refusal: EndCause | undefined;

    refuseWith(cause: EndCause): void {
        this.#refusal = cause;
    }

    open(request: CallRequest): ReturnType<CallIntake["open"]> {
        if (this.#refusal !== undefined) return { refused: this.#refusal };
        const facts: LegEvent[] = [];
        this.calls.push({ request, facts });
        return { report: (fact) => void facts.push(fact) };
    }
}
