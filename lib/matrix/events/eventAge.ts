import type { Clock } from "../../ports/Clock.ts";
import type { ReadEvent } from "./readRoomEvent.ts";

/** How an event reached the bridge. Determines which clocks tell its age. */
export type Delivery =
    | { readonly arrival: "live" | "kept" }
    /** `invitation` brought the ghost into the room. If it was sent by the same homeserver, both events have times of the same clock.
     */
    | { readonly arrival: "history"; readonly invitation: InvitationTime | undefined };

export interface InvitationTime {
    /** Server name of the sender. */
    readonly server: string;
    readonly sentAt: number;
    /** Our monotonic time, in ms. */
    readonly receivedAt: number;
    /** Age of the invitation when it was received, in ms. */
    readonly ageMs: number;
}

/**
 * Returns the age of an event in ms. The clocks of other homeservers may be wrong by minutes, so they are never compared
 * with ours: an event is as new as its delivery. `unsigned.age` counts only for senders of our own homeserver: for
 * others it is wrong too if the clocks differ (client-server API, UnsignedData). In the history of a room, times of one
 * homeserver are compared with each other.
 */
export function eventAge(
    { sentAt, statedAgeMs }: Pick<ReadEvent, "sentAt" | "statedAgeMs">,
    { isLocal, server }: { readonly isLocal: boolean; readonly server: string },
    delivery: Delivery,
    clock: Pick<Clock, "now" | "monotonic">,
): number {
    if (isLocal && statedAgeMs !== undefined) return statedAgeMs;
    if (isLocal && sentAt !== undefined && delivery.arrival !== "live") return Math.max(0, clock.now() - sentAt);
    switch (delivery.arrival) {
        case "live":
        case "kept":
            return 0;
        case "history": {
            const { invitation } = delivery;
            if (invitation === undefined) return 0;
            const sinceInvitation = clock.monotonic() - invitation.receivedAt + invitation.ageMs;
            if (sentAt === undefined || invitation.server !== server) return sinceInvitation;
            return Math.max(0, sinceInvitation - (sentAt - invitation.sentAt));
        }
    }
}
