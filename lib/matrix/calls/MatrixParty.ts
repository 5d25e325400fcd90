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
