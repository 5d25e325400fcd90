import type { CallId, LegId } from "../../call/vocabulary.ts";
import type { PlaceTarget } from "../../ports/CallIntake.ts";
import type { CallLeg, LegReport, TargetLeg } from "../../ports/CallLeg.ts";
import type { CallActor } from "../CallActor.ts";
import type { OpenCall } from "../OpenCalls.ts";
import { joinCalls } from "./joinCalls.ts";
import { PlaceLeg } from "./PlaceLeg.ts";

interface TakenPlace {
    readonly target: PlaceTarget;
    readonly leg: LegId;
    readonly party: PlaceLeg;
}

/**
 * The calls whose callers take the place of a party in another call, until both calls are joined. If the other call rings, it gets a
 * place as well, which answers it: both places are then replaced by each other's callers.
 */
export class TakenPlaces {
    readonly #callOf: (leg: CallLeg) => OpenCall | undefined;
    readonly #open = new Map<CallId, TakenPlace>();

    /** @param callOf the call that a leg belongs to */
    constructor(callOf: (leg: CallLeg) => OpenCall | undefined) {
        this.#callOf = callOf;
    }

    dial(callId: CallId, leg: LegId, target: PlaceTarget, report: LegReport): TargetLeg {
        const { leg: place } = target;
        // without the call that rings, its caller has no party to talk to
        const party = new PlaceLeg(report, (cause) => {
            if (place instanceof PlaceLeg) place.fail(cause);
        });
        this.#open.set(callId, { target, leg, party });
        return party;
    }

    /** Called for every call that is answered, while its last effects are being queued. */
    async answered(callId: CallId, actor: CallActor): Promise<void> {
        const place = this.#open.get(callId);
        // somebody else may have been faster
        if (place === undefined || actor.partnerOf(place.leg) === undefined) return;
        this.#open.delete(callId);
        place.party.taken();
        await Promise.resolve();
        // a party that gives way must not lose its call to a caller who never received the answer
        await actor.settled();
        const other = this.#callOf(place.target.leg);
        const leg = other?.actor.idOf(place.target.leg);
        if (other === undefined || leg === undefined) place.party.fail("notFound");
        else if (other.actor.state.phase !== "alerting") joinCalls({ ...other, leg }, { actor, leg: place.leg });
        else if (other.pickUp === undefined) place.party.fail("unavailable");
        else other.pickUp({ ...place.target, leg: place.party });
    }

    /** The call is over. Harmless for every other call. */
    ended(callId: CallId): void {
        this.#open.delete(callId);
    }
}
