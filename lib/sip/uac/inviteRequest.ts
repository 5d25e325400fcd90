import type { Sdp } from "../../call/vocabulary.ts";
import { outboundNetwork } from "../ims/outboundNetwork.ts";
import type { OutgoingRequest } from "../SipStack.ts";
import type { InviteAttempt } from "./inviteAttempt.ts";
import type { UacLegParts } from "./UacLegParts.ts";

/** The INVITE of one attempt. Pure. */
export function inviteRequest(
    attempt: InviteAttempt,
    body: Sdp,
    parts: Pick<UacLegParts, "callId" | "accessNetwork" | "compose" | "userAgent" | "sessionTimerS">,
): OutgoingRequest {
    const { callId, accessNetwork, compose, userAgent, sessionTimerS } = parts;
    const { uri, nextHop, headers } = compose(attempt.hop, { userAgent, sessionTimerS, minSe: attempt.minSe });
    const { answerMs } = attempt.hop.trunk;
    return {
        method: "INVITE",
        uri,
        ...(nextHop !== undefined && { nextHop }),
        ...(answerMs !== undefined && { answerMs }),
        headers: { ...headers, ...outboundNetwork(attempt.hop, callId, accessNetwork), ...attempt.identity },
        headerLines: attempt.authorization,
        body,
    };
}
