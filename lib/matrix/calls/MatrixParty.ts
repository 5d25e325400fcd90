import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { CallEventCommon, CallVersion } from "./callEventContent.ts";

/** One side of a Matrix call: a user on one device. */
export interface MatrixParty {
    readonly user: MatrixUserId;
    readonly version: CallVersion;
    /** Absent in version 0. */
    readonly partyId?: string;
}

export function partyOf(sender: MatrixUserId, message: CallEventCommon): MatrixParty {
    const { version, partyId } = message;
    return { user: sender, version, ...(partyId === undefined ? {} : { partyId }) };
}

/** Compares user and party ID only, because some clients change the version in later events. */
export function isSameParty(one: MatrixParty, other: MatrixParty): boolean {
    return one.user === other.user && one.partyId === other.partyId;
}

/** Whether a party can end the call of another one: the same one, or one that is not named, because an end needs only its call ID. */
export function mayEndCallOf(party: MatrixParty, known: MatrixParty): boolean {
    const isUnnamed = party.partyId === undefined || known.partyId === undefined;
    return party.user === known.user && (isUnnamed || party.partyId === known.partyId);
}
