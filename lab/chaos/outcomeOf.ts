import type { Cell } from "./cells.ts";
import type { PartyState } from "./ChaosCall.ts";

/** What the parties show at one moment. Undefined: the party is gone. */
export interface Sight {
    readonly phone: PartyState | undefined;
    readonly client: PartyState | undefined;
    /** The target of a transfer; undefined if there is none. */
    readonly target: PartyState | undefined;
    /**
     * Who hears each other; asked only while they are connected. `held`: the client hears the phone, which holds.
     */
    readonly sound: "phone and client" | "client and target" | "held" | "none";
    /** Sessions that rtpengine has; undefined if rtpengine is gone. */
    readonly sessions: number | undefined;
}

/**
 * `together`: two parties are connected and hear each other, and a third one has left. `ringing`: a party still rings, and the
 * others wait for it. `held`: the phone still holds. `over`: every party that can be reached has been told of the end, and no
 * media is left. `wrong`: anything else, which may still become right.
 */
export type Outcome = "together" | "ringing" | "held" | "over" | "wrong";

export function outcomeOf({ phone, client, target, sound, sessions }: Sight, reach: Reach): Outcome {
    const hasLeft = (state: PartyState | undefined, isReached: boolean): boolean =>
        !isReached || state === undefined || state === "ended";
    const isTargetOver = hasLeft(target, reach.target);
    const isOver = hasLeft(phone, reach.phone) && hasLeft(client, reach.client) && isTargetOver;
    if (isOver && (sessions ?? 0) === 0) return "over";
    if (sound === "phone and client" && isTargetOver) return "together";
    if (sound === "client and target" && hasLeft(phone, reach.phone)) return "together";
    if (sound === "held") return "held";
    if (phone === "ringing" && client === "ringing") return "ringing";
    // the phone may have left already: its part of the transfer is done
    return client === "connected" && target === "ringing" ? "ringing" : "wrong";
}

/** Which parties can be told of an end. */
export type Reach = Readonly<Record<"phone" | "client" | "target", boolean>>;

/** Whom a fault leaves within reach. */
export function reachOf({ part, fault }: Pick<Cell, "part" | "fault">): Reach {
    const gone = fault === "gone" ? part : undefined;
    const hasHomeserver = gone !== "homeserver";
    return { phone: gone !== "phone", client: gone !== "client" && hasHomeserver, target: hasHomeserver };
}
