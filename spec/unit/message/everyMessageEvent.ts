import type { MessageEvent } from "../../../lib/message/MessageEvent.ts";

/** One of every shape an event can have. A new kind must be added here: see the `satisfies`. */
const byKind = {
    due: [
        { kind: "due", now: 1_000 },
        { kind: "due", now: 900_000 },
    ],
    partsAccepted: [{ kind: "partsAccepted", parts: 1 }],
    accepted: [
        { kind: "accepted", reference: "ref", by: "network" },
        { kind: "accepted", reference: "ref", by: "recipient" },
    ],
    unavailable: [
        { kind: "unavailable", now: 1_000 },
        { kind: "unavailable", now: 900_000, retryAfterMs: 60_000 },
    ],
    offline: [
        { kind: "offline", now: 1_000 },
        { kind: "offline", now: 9_000_000 },
    ],
    rejected: [{ kind: "rejected", cause: "rejected" }],
    recipientAvailable: [{ kind: "recipientAvailable" }],
    delivered: [{ kind: "delivered" }],
    displayed: [{ kind: "displayed" }],
    notDelivered: [{ kind: "notDelivered", cause: "rejected" }],
    failureReported: [{ kind: "failureReported" }],
    confirmed: [
        { kind: "confirmed", receipt: "delivery" },
        { kind: "confirmed", receipt: "display" },
    ],
    notificationDue: [
        { kind: "notificationDue", now: 1_000 },
        { kind: "notificationDue", now: 900_000 },
    ],
    restarted: [{ kind: "restarted" }],
} as const satisfies { readonly [Kind in MessageEvent["kind"]]: readonly Extract<MessageEvent, { kind: Kind }>[] };

export const everyMessageEvent: readonly MessageEvent[] = Object.values(byKind).flat();
