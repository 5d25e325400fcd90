import type { Log } from "../../ports/Log.ts";
import type { IncomingResponse } from "../SipStack.ts";
import { type TrunkFault, trunkFault } from "../trunk/trunkFault.ts";
import type { InviteAttempt } from "./inviteAttempt.ts";

/** Reports what a rejected INVITE says is wrong with the trunk, or logs it if `onTrouble` is left out. */
export function tellTrouble(
    { hop, authorization }: InviteAttempt,
    response: IncomingResponse,
    log: Log,
    onTrouble?: (trouble: TrunkFault) => void,
): void {
    const credentials = hop.trunk.credentials === undefined ? "none" : "kept";
    const trouble = trunkFault(response, authorization.length > 0 ? "given" : credentials);
    if (trouble === undefined) return;
    if (onTrouble !== undefined) return onTrouble(trouble);
    const { message, ...why } = trouble;
    log.warn(message, { trunk: hop.trunk.name, ...why });
}
