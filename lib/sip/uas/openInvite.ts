import type { SipInviteReceivedRecord } from "../../ports/LegRecord.ts";
import { copyOfCallee } from "../dialog/dialogCopy.ts";
import { copyOfReceived } from "../dialog/inviteCopy.ts";
import { DigestClient } from "../digest/DigestClient.ts";
import { newCnonce } from "../digest/newCnonce.ts";
import type { LostCall } from "../SipCalls.ts";
import type { HeaderFields } from "../SipStack.ts";
import type { UasLegParts } from "./UasLegParts.ts";

/** An INVITE that the caller has no confirmed final response to. `headers`: of every message of the call. */
export function openInvite(
    { peer, request }: Pick<UasLegParts, "peer" | "request">,
    headers: HeaderFields,
    to: string | undefined,
): SipInviteReceivedRecord {
    const { transactionId } = request;
    return { network: "sip", phase: "inviteReceived", peer, transactionId, headers, copy: copyOfReceived(request, to) };
}

/** The dialog that the caller has if it received a 200 that was not confirmed. `to`: the To header with the tag of the bridge. */
export function openDialog(
    { request, credentials }: Pick<UasLegParts, "request" | "credentials">,
    headers: HeaderFields,
    to: string,
): LostCall {
    const digest = credentials && new DigestClient(credentials, newCnonce);
    return { kind: "dialog", dialog: { copy: copyOfCallee(request, to), digest, headers } };
}
