import type { CallId } from "../../call/vocabulary.ts";
import type { Hop } from "../inviteRoute.ts";
import type { HeaderFields, SipHeaders } from "../SipStack.ts";
import { chargingHeaders, readChargingVector } from "./chargingVector.ts";

/** The vector of a new call: our name for the call is unique everywhere. None for a stranger a redirect led to. */
export function outboundCharging({ trunk, redirectedTo }: Hop, callId: CallId): HeaderFields {
    if (trunk.charging === undefined || redirectedTo !== undefined) return {};
    const { ioi } = trunk.charging;
    return chargingHeaders({ icid: callId, ...(ioi !== undefined && { origIoi: ioi }) });
}

/** The vector of its dialog: what was sent, with the name of the network that answered, if a trusted trunk told it. */
export function settledCharging({ trunk }: Hop, invite: SipHeaders | undefined, answer: SipHeaders): HeaderFields {
    const ours = readChargingVector(invite?.get("p-charging-vector"));
    const termIoi = trunk.trusted ? readChargingVector(answer.get("p-charging-vector"))?.termIoi : undefined;
    return chargingHeaders(ours === undefined || termIoi === undefined ? ours : { ...ours, termIoi });
}
