import { directionOf, mirrored, receives, sends } from "./direction.ts";
import type { Direction } from "./sessionDescription.ts";

/**
 * How a party wants its voice to flow, apart from what the other one permits at the moment: a party that is held answers
 * `recvonly` and does not hold itself (RFC 3264, section 8.4). So each party's hold outlives that of the other one.
 */
export interface Wish {
    /** The direction of its voice if the other party agreed to everything. */
    readonly direction: Direction;
    /** `held`: a command holds the call on the party's behalf, and its client does not know of that. */
    readonly command: "held" | "none";
}

/** Whether the bridge plays music to a party that is held. */
export type Music = "played" | "none";

/** Of a party that has not said anything else. */
export const TALKS: Wish = { direction: "sendrecv", command: "none" };

/** Whether a party wants to be sent nothing. */
export function holds({ direction, command }: Wish): boolean {
    return command === "held" || !receives(direction);
}

/**
 * The wish of a party that offers `direction`. `last`: what it said before. A party that repeats that wants nothing new: it can be
 * its answer to the hold of the other one. Its own hold replaces that of a command, so that its client can resume the call.
 */
export function wishAfterOffer(before: Wish, last: Direction, direction: Direction): Wish {
    if (direction === last) return before;
    return { direction, command: receives(direction) ? before.command : "none" };
}

/** The wish of a party that answers `answer` to `offered`: the answer says nothing of a way that was not offered. */
export function wishAfterAnswer(before: Wish, offered: Direction, answer: Direction): Wish {
    const possible = mirrored(offered);
    const direction = directionOf(
        sends(sends(possible) ? answer : before.direction),
        receives(receives(possible) ? answer : before.direction),
    );
    return { direction, command: receives(direction) ? before.command : "none" };
}

/** The wish of a party for which a command holds or resumes the call. A hold of its own stays. */
export function wishAfterCommand(before: Wish, hold: "holds" | "talks"): Wish {
    return { ...before, command: hold === "holds" && receives(before.direction) ? "held" : "none" };
}

/** The direction in which the other party receives the voice: music needs one also if the party itself sends nothing. */
export function directionFor(wish: Wish, music: Music): Direction {
    if (!holds(wish)) return wish.direction;
    if (music === "played") return "sendonly";
    return wish.command === "held" ? "inactive" : wish.direction;
}
