import { localpartOf, type MatrixUserId, serverOf } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { parseSipAddress } from "../../numbering/SipAddress.ts";

/** How a Matrix user is shown to phones: by the address at which a SIP call would reach them. Pure. */
export function userAddress(user: MatrixUserId, displayName: string | undefined): RemoteParty {
    const address = parseSipAddress(`${localpartOf(user)}@${serverOf(user)}`);
    if (address === undefined) return { kind: "anonymous" };
    return { kind: "address", address, ...(displayName !== undefined && { displayName }) };
}
