import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../numbering/RemoteParty.ts";
import type { PhoneTarget } from "./CallTarget.ts";

/** The phones that are registered with us, for those who call them from Matrix. Implemented in sip/registrar. */
export interface PhoneBook {
    /** The user of the account with this address at our realm; undefined if there is no such account. */
    ownerOf(dialled: RemoteParty): MatrixUserId | undefined;
    /** Every phone of a user that is registered now, to be called by this party. */
    targetsFor(user: MatrixUserId, caller: RemoteParty): readonly PhoneTarget[];
    /**
     * The phones meant by what a Matrix user dialled: those of an account, by its address at our realm, or those of the user
     * whom a number or an address reaches. Empty if none of them is registered now; undefined if there is no such account,
     * so that somebody outside is meant. Whether the caller may dial it is not looked at.
     */
    phonesMeantBy(dialled: RemoteParty, caller: MatrixUserId, callerName?: string): readonly PhoneTarget[] | undefined;
}
