import type { FailureCause, Receipt } from "./vocabulary.ts";

/** What the delivery must do after an event, in this order and after the new state is written. */
export type MessageEffect =
    /** Sends it to the recipient's network. `attempt` counts from 1. The first `partsSent` parts are left out. */
    | { readonly kind: "deliver"; readonly attempt: number; readonly partsSent: number }
    /** Raises `due` when the message is the first of its conversation and the wall time is `at` or later. */
    | { readonly kind: "wake"; readonly at: number }
    /** Notifies the sender, who asked for this receipt; `confirmed` follows. */
    | { readonly kind: "confirm"; readonly receipt: Receipt }
    /** Notifies the sender that the message was not delivered; `failureReported` follows. */
    | { readonly kind: "reportFailure"; readonly cause: FailureCause };
