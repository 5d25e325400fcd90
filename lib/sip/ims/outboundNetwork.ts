import type { CallId } from "../../call/vocabulary.ts";
import type { Hop } from "../uac/inviteRoute.ts";
import type { HeaderFields, SipHeaders } from "../SipStack.ts";
import { chargingHeaders, readChargingVector } from "./chargingVector.ts";

/**
 * What the INVITE of a new call tells a trunk of the networks it comes through: a charging vector, where it wants one, by
 * our name for the call, which is unique everywhere; and where the caller is, if it is trusted. Nothing for an untrusted trunk a
 * redirect led to. Pure.
 *
 * @param accessNetwork as `SipTarget` has it
 */
export function outboundNetwork({ trunk, redirectedTo }: Hop, callId: CallId, accessNetwork?: string): HeaderFields {
    if (redirectedTo !== undefined) return {};
    const { charging } = trunk;
    const origIoi = charging?.ioi === undefined ? {} : { origIoi: charging.ioi };
    return {
        ...chargingHeaders(charging === undefined ? undefined : { icid: callId, ...origIoi }),
        ...accessHeaders(trunk.trusted ? accessNetwork : undefined),
    };
}

/**
 * The same for the other messages of its dialog: what the INVITE had, with the name of the network that answered, if a
 * trusted trunk told it. Not for ACK and CANCEL, which carry neither header (RFC 7315, table 1).
 */
export function settledNetwork({ trunk }: Hop, invite: SipHeaders | undefined, answer: SipHeaders): HeaderFields {
    const ours = readChargingVector(invite?.get("p-charging-vector"));
    const termIoi = trunk.trusted ? readChargingVector(answer.get("p-charging-vector"))?.termIoi : undefined;
    return {
        ...chargingHeaders(ours === undefined || termIoi === undefined ? ours : { ...ours, termIoi }),
        ...accessHeaders(invite?.get("p-access-network-info")),
    };
}

function accessHeaders(accessNetwork: string | undefined): HeaderFields {
    return accessNetwork === undefined ? {} : { "P-Access-Network-Info": accessNetwork };
}
