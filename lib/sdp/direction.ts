import type { Direction } from "./sessionDescription.ts";

/** What the other party of an exchange may do when the first one does this (RFC 3264 section 6.1). */
export function mirrored(direction: Direction): Direction {
    switch (direction) {
        case "sendonly":
            return "recvonly";
        case "recvonly":
            return "sendonly";
        case "sendrecv":
        case "inactive":
            return direction;
    }
}

export function sends(direction: Direction): boolean {
    return direction === "sendrecv" || direction === "sendonly";
}

export function receives(direction: Direction): boolean {
    return direction === "sendrecv" || direction === "recvonly";
}

/** A party that names 0.0.0.0 as its address wants to hear nothing: how phones older than RFC 3264 hold. */
export function withoutReceiving(direction: Direction): Direction {
    return directionOf(sends(direction), false);
}

export function directionOf(sending: boolean, receiving: boolean): Direction {
    if (sending) return receiving ? "sendrecv" : "sendonly";
    return receiving ? "recvonly" : "inactive";
}

/** What both directions permit. */
export function meet(one: Direction, other: Direction): Direction {
    return directionOf(sends(one) && sends(other), receives(one) && receives(other));
}
