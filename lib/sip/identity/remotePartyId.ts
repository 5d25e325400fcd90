import { type NameAddress, parseNameAddress, splitValues } from "../sipHeaders.ts";

/** What a Remote-Party-ID says of the party that sends it: `calling` in an INVITE, `called` in its responses (draft-ietf-sip-privacy-04, which many PBXs speak to this day). */
export interface RemotePartyId {
    readonly identity: NameAddress;
    readonly isWithheld: boolean;
    /** The number may be shown, the name may not. */
    readonly isNameWithheld: boolean;
}

/**
 * The sender's one among several. `screen=no`, that the number was not checked, makes no difference: Asterisk writes it
 * for its own extensions, and who trusts a PBX trusts what it says of them.
 */
export function readRemotePartyId(
    header: string | undefined,
    parties: readonly string[] = ["calling"],
): RemotePartyId | undefined {
    const identity = splitValues(header ?? "")
        .map(parseNameAddress)
        .filter((value) => value !== undefined)
        .find(({ params }) => [...parties, undefined].includes(params.get("party")?.toLowerCase()));
    if (identity === undefined) return undefined;
    const privacy = identity.params.get("privacy")?.toLowerCase().split("-")[0] ?? "off";
    const { displayName, ...nameless } = identity;
    const hasName = displayName !== undefined && privacy !== "name";
    return {
        identity: hasName ? { ...nameless, displayName } : nameless,
        isWithheld: privacy === "full" || privacy === "uri",
        isNameWithheld: privacy === "name",
    };
}
