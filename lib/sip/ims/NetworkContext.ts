import type { SipHeaders } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";
import { splitValues } from "../sipHeaders.ts";
import { type ChargingVector, readChargingVector } from "./chargingVector.ts";

/**
 * What trusted networks exchange about a call (RFC 7315), kept as long as the call. What an IMS core sends is returned to the
 * core only: clients must not receive it (3GPP TS 24.229, section 4.4). The access network of a registered phone is sent to
 * the trunk that carries its call, if that trunk is trusted.
 */
export interface NetworkContext {
    /** With our side filled in as the terminating one. */
    readonly charging?: ChargingVector;
    /** P-Access-Network-Info: the kind of access and the cell. Says where the caller is. */
    readonly accessNetwork?: string;
    /** P-Visited-Network-ID: where the caller roams. */
    readonly visitedNetwork?: string;
}

/** Reads the context of an INVITE from `peer`. What an untrusted peer sends is ignored. Pure. */
export function readNetworkContext(headers: SipHeaders, peer: Pick<SipPeer, "trusted" | "charging">): NetworkContext {
    if (!peer.trusted) return {};
    const charging = readChargingVector(headers.get("p-charging-vector"));
    const accessNetwork = headers.get("p-access-network-info");
    const visitedNetwork = headers.get("p-visited-network-id");
    const ioi = peer.charging?.ioi;
    return {
        ...(charging !== undefined && { charging: ioi === undefined ? charging : { ...charging, termIoi: ioi } }),
        ...(accessNetwork !== undefined && { accessNetwork }),
        ...(visitedNetwork !== undefined && { visitedNetwork }),
    };
}

/**
 * Of an INVITE from a phone that is registered with us, which makes us its access edge: it may say how it is connected,
 * but neither that a network says so nor anything else that is a network's to say (3GPP TS 24.229, section 5.2.6.3). Pure.
 */
export function readPhoneNetwork(headers: SipHeaders): NetworkContext {
    const values = splitValues(headers.get("p-access-network-info") ?? "");
    const own = values.filter((value) => !splitValues(value, ";").some((param) => NETWORK_PROVIDED.test(param)));
    return own.length === 0 ? {} : { accessNetwork: own.join(", ") };
}

/** RFC 7315, section 4.4, and the short form of 3GPP TS 24.229, section 7.2A.4. */
const NETWORK_PROVIDED = /^(?:network-provided|np)$/i;
