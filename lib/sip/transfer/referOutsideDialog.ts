import type { KnownSender } from "../senders/Sender.ts";
import type { SipCalls } from "../SipCalls.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import { parseTargetDialog } from "./targetDialog.ts";
import type { NamedLeg } from "./TransferRights.ts";

/**
 * Hands a REFER outside of dialogs to the dialog that its Target-Dialog header names (RFC 4538): its sender has to be the peer of
 * that dialog, and may do there what it may do within it. Without the header, a REFER would place a call of its own.
 * @returns the response to one that is rejected
 */
export function referOutsideDialog(
    request: IncomingRequest,
    sender: KnownSender,
    calls: Pick<SipCalls, "legNamed">,
): OutgoingResponse | undefined {
    const header = request.headers.get("target-dialog");
    if (header === undefined) return { status: 403 };
    const names = parseTargetDialog(header);
    if (names === undefined) return { status: 400, reason: "Bad Target-Dialog Header" };
    const named = names.map((name) => calls.legNamed(name)).find((found) => found !== undefined);
    if (named === undefined) return { status: 481 };
    if (!isPeerOf(named, sender)) return { status: 403 };
    named.refer(request);
    return undefined;
}

/** By who it is; its address is looked at for every REFER. */
function isPeerOf({ peer, rights }: NamedLeg, sender: KnownSender): boolean {
    switch (sender.kind) {
        case "peer":
            return rights?.by.kind === "trunk" && peer === sender.peer.name;
        case "phone":
            return rights?.by.kind === "user" && peer === sender.account.username;
    }
}
