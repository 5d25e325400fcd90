import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { MessageRouting } from "../../ports/MessageRouting.ts";
import type { OutgoingResponse } from "../SipStack.ts";
import { calleesOf } from "../uas/decodeInvite.ts";
import type { MessageSender } from "./MessageSender.ts";

/** Whom a message is between. */
export type Recipient =
    | { readonly direction: "inbound"; readonly user: MatrixUserId; readonly party: RemoteParty }
    | { readonly direction: "outbound"; readonly user: MatrixUserId; readonly party: RemoteParty };

/**
 * Finds whom a message is for: the Matrix user whom the sender means, or, for a registered phone, a party that its Matrix user
 * can write to. Otherwise returns the response that rejects it. @param party the sender
 */
export function recipientOf(
    uri: string,
    sender: MessageSender,
    party: RemoteParty,
    routing: MessageRouting,
): Recipient | OutgoingResponse {
    const callees = calleesOf(uri, sender.peer);
    if (callees === "unknown scheme") return { status: 416 };
    const user = sender.recipientOf(callees);
    if (user !== undefined) return { direction: "inbound", user, party };
    const { account } = sender;
    if (account === undefined) return { status: 404 };
    // a registered phone writes as its Matrix user does
    const routes = callees.map((callee) => ({ callee, route: routing.routeOf(account.user, callee) }));
    const allowed = routes.find(({ route }) => route.kind === "networks");
    if (allowed !== undefined) return { direction: "outbound", user: account.user, party: allowed.callee };
    return { status: routes.some(({ route }) => route.kind === "forbidden") ? 403 : 404 };
}
