import type { CallId, LegId } from "../../call/vocabulary.ts";
import type { PlaceTarget } from "../../ports/CallIntake.ts";
import type { CallLeg, LegReport, TargetLeg } from "../../ports/CallLeg.ts";
import type { CallActor } from "../CallActor.ts";
import { joinCalls } from "./joinCalls.ts";
import { PlaceLeg } from "./PlaceLeg.ts";

interface TakenPlace {
    readonly target: PlaceTarget;
    readonly leg: LegId;
    readonly party: PlaceLeg;
}

/** The calls whose callers take the place of a party in another call, until both calls are joined. */
export class TakenPlaces {
    readonly #actorOf: (leg: CallLeg) => CallActor | undefined;
    readonly #open = new Map<CallId, TakenPlace>();

    /** @param actorOf the call that a leg belongs to */
    constructor(actorOf: (leg: CallLeg) => CallActor | undefined) {
        this.#actorOf = actorOf;
    }

    dial(callId: CallId, leg: LegId, target: PlaceTarget, report: LegReport): TargetLeg {
        const party = new PlaceLeg(report);
        this.#open.set(callId, { target, leg, party });
        return party;
    }

    /** Called for every call that is answered, while its last effects are being queued. */
    async answered(callId: CallId, actor: CallActor): Promise<void> {
        const place = this.#open.get(callId);
        if (place === undefined) return;
        this.#open.delete(callId);
        await Promise.resolve();
        // a party that gives way must not lose its call to a caller who never received the answer
        await actor.settled();
        const other = this.#actorOf(place.target.leg);
        const leg = other?.idOf(place.target.leg);
        if (other === undefined || leg === undefined) place.party.fail("notFound");
        else joinCalls({ actor: other, leg }, { actor, leg: place.leg });
    }

    /** The call is over. Harmless for every other call. */
    ended(callId: CallId): void {
        this.#open.delete(callId);
    }
}
