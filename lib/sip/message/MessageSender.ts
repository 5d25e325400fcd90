import type { MessageOrigin } from "../../message/Message.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { identifyCaller } from "../identity/identifyCaller.ts";
import type { ScreenCaller } from "../identity/OwnIdentities.ts";
import { readPrivacy } from "../identity/privacy.ts";
import { fromOf } from "../identity/fromHeader.ts";
import type { IncomingRequest } from "../SipStack.ts";
import type { SipPeer } from "../SipTrunk.ts";

/** The authenticated sender of a request. */
export interface MessageSender {
    readonly from: Extract<MessageOrigin, { network: "sip" }>["from"];
    readonly peer: Pick<SipPeer, "trusted" | "defaultCountry" | "stripPrefix">;
    readonly screen: ScreenCaller;
    /** Finds the Matrix user that the sender means. */
    readonly recipientOf: (callees: readonly RemoteParty[]) => MatrixUserId | undefined;
    /** For a registered phone: its Matrix user, and how the phone is shown in Matrix. */
    readonly account?: { readonly user: MatrixUserId; readonly party: RemoteParty };
}

/** As a message of a call's caller would be shown. Of CPIM, only what SIP's own headers say counts: its From is not authenticated. */
export function senderParty(
    { headers }: IncomingRequest,
    { peer, screen, account }: MessageSender,
): RemoteParty | undefined {
    if (account !== undefined) return account.party;
    const from = fromOf(headers);
    if (from === undefined) return undefined;
    return identifyCaller(headers, from, readPrivacy(headers.get("privacy")), peer, screen).caller;
}
