import type { Alerting } from "../call/CallState.ts";
import { partnerIn } from "../call/states/parties.ts";
import type { CallId, LegId } from "../call/vocabulary.ts";
import type { CallParty } from "../numbering/partyText.ts";
import type { Network, PlaceTarget } from "../ports/CallIntake.ts";
import type { CallLeg } from "../ports/CallLeg.ts";
import type { CallParties } from "../ports/CallParties.ts";
import type { CallPlaces } from "../ports/CallPlaces.ts";
import type { CallActor } from "./CallActor.ts";

export interface OpenCall {
    readonly actor: CallActor;
    readonly parties: CallParties;
    /** The network of a called leg; undefined for the caller, and for the place of another call. */
    readonly networkOf: (leg: LegId) => Network | undefined;
    /** Has a place in another call answer this one, which rings. Left out for a call of the previous run: it ends if it rang. */
    readonly pickUp?: (by: PlaceTarget) => void;
}

/** The calls of the desk, by id and by leg. */
export class OpenCalls extends Map<CallId, OpenCall> implements CallPlaces {
    readonly #active = new Set<CallId>();

    /** Number of calls that have not ended. */
    get active(): number {
        return this.#active.size;
    }

    override set(callId: CallId, call: OpenCall): this {
        if (call.actor.state.phase !== "ended") this.#active.add(callId);
        return super.set(callId, call);
    }

    override delete(callId: CallId): boolean {
        this.#active.delete(callId);
        return super.delete(callId);
    }

    /** A call has ended. It stays until both parties have been told. */
    ended(callId: CallId): void {
        this.#active.delete(callId);
    }

    /** The call that a leg belongs to. */
    of(leg: CallLeg): OpenCall | undefined {
        return [...this.values()].find(({ actor }) => actor.idOf(leg) !== undefined);
    }

    partnerOf(leg: CallLeg): CallParty | undefined {
        const call = this.of(leg);
        const id = call?.actor.idOf(leg);
        if (call === undefined || id === undefined) return undefined;
        const { state } = call.actor;
        if (state.phase === "alerting") return isRinging(state, id) ? call.parties.caller : undefined;
        if (partnerIn(state, id) === undefined || ("transfer" in state && state.transfer !== undefined))
            return undefined;
        const { caller, callee } = call.parties;
        return "origin" in state && id === state.origin ? callee : caller;
    }

    /** The leg of the Matrix user of a connected call; undefined for every other call. */
    matrixLegOf(callId: string): { readonly actor: CallActor; readonly leg: LegId } | undefined {
        const call = this.get(callId as CallId);
        const state = call?.actor.state;
        if (call === undefined || (state?.phase !== "connected" && state?.phase !== "changing")) return undefined;
        const isCallee = call.networkOf(state.target) === "matrix";
        return { actor: call.actor, leg: isCallee ? state.target : state.origin };
    }
}

function isRinging({ branches }: Alerting, leg: LegId): boolean {
    return branches.some((branch) => branch.leg === leg && branch.phase === "alerting");
}
