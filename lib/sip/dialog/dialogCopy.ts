import type { DialogCopy } from "../../ports/LegRecord.ts";
import { ownText } from "../ownText.ts";
import { parseNameAddress, splitValues } from "../sipHeaders.ts";
import type { IncomingRequest, SentRequest, SipHeaders } from "../SipStack.ts";

/** The dialog of a call that the bridge placed, from its INVITE and the 2xx. Pure. */
export function copyOfCaller(sent: Pick<SentRequest, "headers">, ok: SipHeaders): DialogCopy {
    const { headers } = sent;
    return kept({
        callId: headers.get("call-id") ?? "",
        // eslint-disable-next-line no-restricted-syntax -- names the dialog, not a person
        local: headers.get("from") ?? "",
        remote: ok.get("to") ?? "",
        target: contactIn(ok),
        // the proxy nearest to the callee is the first (RFC 3261, section 12.1.2)
        route: splitValues(ok.get("record-route") ?? "").reverse(),
        cseq: cseqIn(headers),
    });
}

/** The dialog of a call that the bridge received, from the INVITE and the To header of the 2xx. Pure. */
export function copyOfCallee({ headers }: Pick<IncomingRequest, "headers">, to: string): DialogCopy {
    return kept({
        callId: headers.get("call-id") ?? "",
        local: to,
        // eslint-disable-next-line no-restricted-syntax -- names the dialog, not a person
        remote: headers.get("from") ?? "",
        target: contactIn(headers),
        route: splitValues(headers.get("record-route") ?? ""),
        cseq: 0,
    });
}

/** As long as the call lasts, and without the messages that it is from. */
function kept({ callId, local, remote, target, route, cseq }: DialogCopy): DialogCopy {
    return {
        callId: ownText(callId),
        local: ownText(local),
        remote: ownText(remote),
        target: ownText(target),
        route: route.map(ownText),
        cseq,
    };
}

/** The tags of a dialog (RFC 3261, section 12). Pure. */
export function tagsOf({ local, remote }: Pick<DialogCopy, "local" | "remote">): {
    readonly local: string | undefined;
    readonly remote: string | undefined;
} {
    return { local: tagIn(local), remote: tagIn(remote) };
}

/** The tag of a From or To header. Pure. */
export function tagIn(header: string): string | undefined {
    return parseNameAddress(header)?.params.get("tag");
}

function contactIn(headers: SipHeaders): string {
    const [first = ""] = splitValues(headers.get("contact") ?? "");
    return parseNameAddress(first)?.uri ?? "";
}

function cseqIn(headers: SipHeaders): number {
    return Number.parseInt(headers.get("cseq") ?? "", 10) || 0;
}
