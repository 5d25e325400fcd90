import type { MessageTelemetry } from "../ports/MessageTelemetry.ts";
import { labelValue } from "./labelValue.ts";
import type { MetricSet } from "./MetricSet.ts";

/** Counts messages. */
export function countMessages(metrics: MetricSet): MessageTelemetry {
    return {
        messageAccepted: (direction) => metrics.add("messagesAccepted", { direction }),
        messageSettled: (direction, outcome, ageMs) => {
            metrics.add("messagesSettled", { direction, outcome: labelValue(outcome) });
            // a message in Matrix is delivered at the same time
            const isFirst = outcome === "sent" || (outcome === "delivered" && direction === "inbound");
            if (isFirst) metrics.observe("messageDelivery", { direction }, ageMs / 1_000);
        },
        messagesWaiting: (direction, count) => metrics.set("messagesWaiting", { direction }, count),
        messageRetried: (direction) => metrics.add("messageRetries", { direction }),
        messageRefused: (direction, reason) =>
            metrics.add("messagesRefused", { direction, reason: labelValue(reason) }),
    };
}
