import type { MessageState } from "../message/MessageState.ts";
import type { MessageOutcome } from "../ports/MessageTelemetry.ts";

/** What is counted when a message enters a state; undefined while its delivery goes on. */
export function outcomeOf(state: MessageState): MessageOutcome | undefined {
    switch (state.phase) {
        case "queued":
        case "sending":
            return undefined;
        case "sent":
        case "delivered":
        case "displayed":
            return state.phase;
        case "failed":
            return state.cause;
    }
}
