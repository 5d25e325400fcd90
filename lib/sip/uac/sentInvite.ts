import type { SipInviteSentRecord } from "../../ports/LegRecord.ts";
import { copyOfSent } from "../dialog/inviteCopy.ts";
import type { HeaderFields, IncomingResponse, SentRequest } from "../SipStack.ts";

/** An INVITE that is not answered. */
export interface SentInvite {
    readonly sent: SentRequest;
    readonly nextHop: string | undefined;
    /** The last provisional response to it. */
    readonly provisional?: IncomingResponse;
}

/** For the call journal. @param peer the name of the trunk @param headers what every message of the call carries. Pure. */
export function recordOfInvite(
    { sent, nextHop, provisional }: SentInvite,
    peer: string,
    headers: HeaderFields,
): SipInviteSentRecord {
    const { transactionId } = sent;
    const copy = copyOfSent(sent, nextHop, provisional);
    return { network: "sip", phase: "inviteSent", peer, transactionId, headers, copy };
}
