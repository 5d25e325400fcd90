import type { Cell } from "./cells.ts";
import type { PartyState } from "./ChaosCall.ts";

/** What the parties show at one moment. Undefined: the party is gone. */
export interface Sight {
    readonly phone: PartyState | undefined;
    readonly client: PartyState | undefined;
    /** Whether each hears the other; asked only while both are connected. */
    readonly sound: boolean;
    /** Sessions that rtpengine has; undefined if rtpengine is gone. */
    readonly sessions: number | undefined;
}

/**
 * `together`: both are connected and hear each other. `ringing`: both still ring. `over`: every party that can be reached has been
 * told of the end, and no media is left. `wrong`: anything else, which may still become right.
 */
export type Outcome = "together" | "ringing" | "over" | "wrong";

export function outcomeOf({ phone, client, sound, sessions }: Sight, reach: Reach): Outcome {
    const isOver = (!reach.phone || phone === "ended") && (!reach.client || client === "ended");
    if (isOver && (sessions ?? 0) === 0) return "over";
    if (phone === "connected" && client === "connected" && sound) return "together";
    if (phone === "ringing" && client === "ringing") return "ringing";
    return "wrong";
}

/** Which parties can be told of an end. */
export type Reach = Readonly<Record<"phone" | "client", boolean>>;

/** Whom a fault leaves within reach. */
export function reachOf({ part, fault }: Pick<Cell, "part" | "fault">): Reach {
    const gone = fault === "gone" ? part : undefined;
    return { phone: gone !== "phone", client: gone !== "client" && gone !== "homeserver" };
}
