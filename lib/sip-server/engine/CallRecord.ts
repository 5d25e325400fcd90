import type { SipMessage } from "../sip/SipMessage.ts";
import type { MessageMeta } from "./MessageMeta.ts";

/** How a call ended. */
export type CallEnd =
    | "call-rejected"
    | "call-canceled"
    | "normal-release"
    | "session-expired"
    | "ackbye"
    | "system-initiated"
    | "system-error";

/**
 * One entry of the record of a call: its INVITE came or went (`attempt`), it was answered by a 2xx (`start`), it ended
 * (`stop`, also of calls that were never answered). Each attempt is followed by exactly one stop. `message` is the one that
 * made it so.
 */
export type CallRecord =
    | { readonly kind: "attempt"; readonly message: SipMessage; readonly meta: MessageMeta }
    | { readonly kind: "start"; readonly role: "uac" | "uas"; readonly message: SipMessage; readonly meta: MessageMeta }
    | { readonly kind: "stop"; readonly end: CallEnd; readonly message: SipMessage; readonly meta: MessageMeta };
