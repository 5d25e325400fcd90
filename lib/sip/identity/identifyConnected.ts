import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { SipHeaders } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";
import { assertedIdentities } from "./assertedIdentities.ts";
import { combineIdentities } from "./combineIdentities.ts";
import { readPrivacy } from "./privacy.ts";
import { readRemotePartyId } from "./remotePartyId.ts";

/**
 * Who answers or continues a call, as a trusted peer asserts in a response, re-INVITE or UPDATE: P-Asserted-Identity (RFC 3325,
 * RFC 5876, section 4), then Remote-Party-ID. Undefined if the peer is not trusted, says nothing, or withholds it; From and To
 * never change within a call and tell nothing. Pure.
 */
export function identifyConnected(
    headers: SipHeaders,
    peer: Pick<SipPeer, "trusted" | "defaultCountry" | "shortCodes">,
): RemoteParty | undefined {
    if (!peer.trusted || readPrivacy(headers.get("privacy")).identity === "withheld") return undefined;
    const remoteParty = readRemotePartyId(headers.get("remote-party-id"), ["calling", "called"]);
    if (remoteParty?.isWithheld === true) return undefined;
    const claims = [...assertedIdentities(headers), ...(remoteParty === undefined ? [] : [remoteParty.identity])];
    const { caller } = combineIdentities(claims, peer, (party) => ({ kind: "shown", caller: party }));
    return caller.kind === "anonymous" ? undefined : caller;
}
