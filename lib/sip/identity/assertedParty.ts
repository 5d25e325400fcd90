import { writeNumber } from "../../numbering/NumberFormat.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { ShownParty } from "../../ports/CallLeg.ts";
import { formatNameAddress } from "../sipHeaders.ts";
import type { HeaderFields } from "../SipStack.ts";
import type { SipPeer, SipTrunk } from "../SipTrunk.ts";
import { ANONYMOUS, identityHeaders, partyAddress, userPart } from "./outboundIdentity.ts";
import { userAddress } from "./userAddress.ts";

/** Writes the headers that tell a peer who its other party is (RFC 3325, section 9.1). Pure. */
export type AssertParty = (party: ShownParty) => HeaderFields;

/** How parties are asserted to a peer or trunk; undefined for one that is not told. */
export function assertToPeer(peer: SipPeer | SipTrunk): AssertParty | undefined {
    if (!peer.trusted) return undefined;
    if (!("domain" in peer)) return (party) => assertion(addressAt(nameOf(party), "localhost"));
    return peer.identity.includes("asserted") ? (party) => assertedOn(peer, party) : undefined;
}

/** How parties are asserted to a phone that is registered with the bridge at `realm`: as its calls are shown to it. */
export function assertToPhone(realm: string): AssertParty {
    return (party) => assertion(addressAt(nameOf(party), realm));
}

/** A party as an address, with the number at this host; undefined for one that is withheld. */
export function addressAt(party: RemoteParty, host: string): string | undefined {
    switch (party.kind) {
        case "number":
            return formatNameAddress(party.displayName, `sip:${userPart(party.number)}@${host};user=phone`);
        case "address":
            return formatNameAddress(party.displayName, `sip:${party.address}`);
        case "anonymous":
            return undefined;
    }
}

function assertedOn(trunk: SipTrunk, party: ShownParty): HeaderFields {
    const written = (number: Parameters<typeof writeNumber>[1]): string =>
        userPart(writeNumber(trunk.numberFormat, number));
    if (party.kind !== "user") return assertion(partyAddress(trunk, party, written));
    const { user: caller, displayName } = party;
    const calling = { caller, ...(displayName !== undefined && { profileName: displayName }) };
    const { "P-Asserted-Identity": identity, Privacy } = identityHeaders(trunk, calling, written);
    return { ...assertion(identity), ...(Privacy !== undefined && { Privacy }) };
}

function assertion(address: string | undefined): HeaderFields {
    if (address !== undefined) return { "P-Asserted-Identity": address };
    // who was shown before must not stay on the display
    return { "P-Asserted-Identity": ANONYMOUS, Privacy: "id" };
}

function nameOf(party: ShownParty): RemoteParty {
    return party.kind === "user" ? userAddress(party.user, party.displayName) : party;
}
