import type { SipHeaders } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";
import { type ChargingVector, readChargingVector } from "./chargingVector.ts";

/**
 * What an IMS core tells of a call to the networks it trusts (RFC 7315). It is kept as long as the call, and goes to
 * nobody but the peer it came from: the other half of the call is composed anew, without it.
 */
export interface NetworkContext {
    /** With our side filled in as the terminating one. */
    readonly charging?: ChargingVector;
    /** P-Access-Network-Info: the kind of access and the cell. Says where the caller is. */
    readonly accessNetwork?: string;
    /** P-Visited-Network-ID: where the caller roams. */
    readonly visitedNetwork?: string;
}

/** Of an INVITE from `peer`. Nothing a stranger says of a network is kept. Pure. */
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
