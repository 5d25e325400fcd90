import { CallFailure } from "../ports/CallFailure.ts";
import type { PartyDescription } from "../sdp/PartyDescription.ts";
import type { SentDescription } from "../sdp/SentDescription.ts";
import { partiesIn, type PartiesText, textOf } from "./keptParties.ts";
import type { PlacedCall } from "./PlacedCall.ts";
import type { Up } from "./sessionExchanges.ts";

/** How far the exchanges of a media session are. */
export type Progress = Preparing | Up | Released;

type Preparing =
    | { readonly phase: "new" }
    /** The target has the offer, the origin waits. */
    | {
          readonly phase: "offered";
          readonly call: PlacedCall;
          readonly origin: PartyDescription;
          readonly target: SentDescription;
      };

interface Released {
    readonly phase: "released";
}

/** `Up`, as it is kept from one exchange to the next. */
type Standing = Omit<Up, "parties"> & { readonly parties: PartiesText };

/** Keeps the progress of one media session. */
export class SessionProgress {
    #kept: Preparing | Standing | Released = { phase: "new" };

    /** With the parties' descriptions parsed: for an exchange. The same object each time unless the session is up. */
    get current(): Progress {
        const kept = this.#kept;
        return kept.phase === "up" ? { ...kept, parties: partiesIn(kept.parties) } : kept;
    }

    /** Undefined unless the session is up. */
    get standing(): Standing | undefined {
        return this.#kept.phase === "up" ? this.#kept : undefined;
    }

    set(next: Progress): void {
        this.#kept = next.phase === "up" ? { ...next, parties: textOf(next.parties) } : next;
    }

    /** @throws CallFailure if the session is in another phase */
    require<Phase extends Progress["phase"]>(phase: Phase): Progress & { readonly phase: Phase } {
        const { current } = this;
        if (isIn(current, phase)) return current;
        const cause = current.phase === "released" ? "mediaLost" : "internalError";
        throw new CallFailure(cause, `the media session is ${current.phase}, not ${phase}`);
    }
}

function isIn<Phase extends Progress["phase"]>(
    progress: Progress,
    phase: Phase,
): progress is Progress & { readonly phase: Phase } {
    return progress.phase === phase;
}
