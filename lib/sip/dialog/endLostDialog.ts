import type { DialogCopy } from "../../ports/LegRecord.ts";
import type { DigestClient } from "../digest/DigestClient.ts";
import { sendAuthenticated } from "../digest/sendAuthenticated.ts";
import type { HeaderFields, HeaderLine, IncomingResponse, OutgoingRequest, SipStack } from "../SipStack.ts";

/**
 * Above every CSeq that the lost SIP server can have used for its own requests: the peer rejects lower ones (RFC 3261, section
 * 12.2.2).
 */
const CSEQ_MARGIN = 100_000;

/** A dialog whose SIP server is lost, as another one needs it to end it. */
export interface LostDialog {
    readonly copy: DialogCopy;
    /** Answers challenges, if there are credentials. */
    readonly digest: DigestClient | undefined;
    /** What every message of the call carries. */
    readonly headers: HeaderFields;
}

export interface LostDialogParts {
    readonly stack: Pick<SipStack, "send">;
    /** Of every BYE. */
    readonly headers: HeaderFields;
    /** Called with the final response, unless it is a challenge that is answered. */
    readonly onFinal: (response: IncomingResponse) => void;
    /** Called if the BYE cannot be sent again after a challenge. */
    readonly onFailed: (error: unknown) => void;
}

/**
 * Ends a dialog by BYE through another SIP server than the one that had it, and again with credentials if the peer challenges it.
 * Resolves once the first BYE is on the wire. @throws SipSendError
 */
export async function endLostDialog({ copy, digest, headers }: LostDialog, parts: LostDialogParts): Promise<void> {
    const all = { ...headers, ...parts.headers };
    await sendAuthenticated({
        ...parts,
        digest,
        compose: (credentials, challenges) => byeByCopy(copy, all, credentials, challenges),
    });
}

/** @param earlier number of BYEs that were sent before in this dialog. Pure. */
export function byeByCopy(
    copy: DialogCopy,
    headers: HeaderFields,
    credentials: readonly HeaderLine[] = [],
    earlier = 0,
): OutgoingRequest {
    return {
        method: "BYE",
        uri: copy.target,
        headers: {
            ...headers,
            "Call-ID": copy.callId,
            From: copy.local,
            To: copy.remote,
            CSeq: `${copy.cseq + CSEQ_MARGIN + earlier} BYE`,
        },
        headerLines: [...copy.route.map((route) => ["Route", route] as const), ...credentials],
    };
}
