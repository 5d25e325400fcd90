import type { LegId } from "../../call/vocabulary.ts";
import type { CallActor } from "../CallActor.ts";
import { CallLink } from "./CallLink.ts";

/** A leg of a call that another call is to replace. */
export interface ReplacedLeg {
    readonly actor: CallActor;
    readonly leg: LegId;
}

/** Connects the other parties of two legs, in place of these. */
export function joinCalls(one: ReplacedLeg, other: ReplacedLeg): void {
    const [first, second] = new CallLink().legs;
    one.actor.requestJoin(one.leg, first);
    other.actor.requestJoin(other.leg, second);
}
