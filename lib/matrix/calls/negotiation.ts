import type { LegEvent } from "../../ports/CallLeg.ts";
import type { CallMessage } from "./callEventContent.ts";
import { ignore, step, type LegStep } from "./matrixLegStep.ts";

/** Which offer within the call is open. `ours`: made by the bridge. `theirs`: made by the client, and not answered yet. */
export type Negotiation = "none" | "ours" | "theirs";

type Negotiate = Extract<CallMessage, { readonly kind: "negotiate" }>;

/**
 * Receives an m.call.negotiate. If both sides offer at the same time, one of them gives way: matrix-js-sdk ignores the other
 * offer in calls that it placed, and drops its own in calls that it received.
 * @param yields which side drops its offer then
 */
export function receiveNegotiation(
    negotiation: Negotiation,
    message: Negotiate,
    yields: "bridge" | "client",
): LegStep<Negotiation> {
    if (message.description === "answer") {
        if (negotiation !== "ours") return ignore(negotiation, "wrong_state");
        return step<Negotiation>("none", { kind: "offerAnswered", sdp: message.sdp });
    }
    const offered: LegEvent = { kind: "offered", sdp: message.sdp };
    if (negotiation !== "ours") return step<Negotiation>("theirs", offered);
    if (yields === "client") return ignore(negotiation, "wrong_state");
    return step<Negotiation>("theirs", { kind: "offerRejected", cause: "noCommonMedia" }, offered);
}
