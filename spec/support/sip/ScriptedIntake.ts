import { EventEmitter, on } from "node:events";
import type { EndCause } from "../../../lib/call/vocabulary.ts";
import type { CallIntake, CallRequest } from "../../../lib/ports/CallIntake.ts";
import type { LegEvent, LegReport } from "../../../lib/ports/CallLeg.ts";

/** What a leg reported, in order, and as something to wait for. */
export class Reported {
    readonly facts: LegEvent[] = [];
    readonly #bell = new EventEmitter();
    #read = 0;

    readonly report: LegReport = (fact) => {
        this.facts.push(fact);
        this.#bell.emit("fact");
    };

    /** The next event that was not awaited yet. */
    async next(timeoutMs = 8_000): Promise<LegEvent> {
        const signal = AbortSignal.timeout(timeoutMs);
        for (;;) {
            const fact = this.facts[this.#read];
            if (fact !== undefined) {
                this.#read++;
                return fact;
            }
            for await (const _ of on(this.#bell, "fact", { signal })) break;
        }
    }
}

export interface OpenedCall {
    readonly request: CallRequest;
    readonly reported: Reported;
}

/** Stands where the desk stands: takes every call, or refuses all, and leaves the rest to the spec. */
export class ScriptedIntake implements CallIntake {
    readonly #opened: OpenedCall[] = [];
    readonly #waiting: ((call: OpenedCall) => void)[] = [];
    refusesWith: EndCause | undefined;

    open(request: CallRequest): { readonly report: LegReport } | { readonly refused: EndCause } {
        if (this.refusesWith !== undefined) return { refused: this.refusesWith };
        const call = { request, reported: new Reported() };
        const waiting = this.#waiting.shift();
        if (waiting === undefined) this.#opened.push(call);
        else waiting(call);
        return { report: call.reported.report };
    }

    /** The next call that was not awaited yet. */
    next(): Promise<OpenedCall> {
        const opened = this.#opened.shift();
        if (opened !== undefined) return Promise.resolve(opened);
        return new Promise((resolve) => this.#waiting.push(resolve));
    }
}
