import { tokensOf } from "./sipHeaders.ts";
import type { HeaderFields } from "./SipStack.ts";

/** Option tags that the bridge understands (RFC 3262, 4028, 4488, 3891, 4538): the SIP server does the work of the first two. */
const SUPPORTED: readonly string[] = ["100rel", "timer", "norefersub", "replaces", "tdialog"];

/** What the bridge can do, for OPTIONS (RFC 3261, section 11.2), INVITE and their 2xx. */
export const CAPABILITIES: HeaderFields = {
    Allow: "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, MESSAGE, SUBSCRIBE, NOTIFY, REFER",
    Accept: "application/sdp",
    Supported: SUPPORTED.join(", "),
};

/**
 * The option tags of a Require header that we do not understand: 420 is due (RFC 3261, section 8.2.2.3).
 * @param supported what the request may require in addition to what INVITEs may
 */
export function unsupportedOf(require: string | undefined, supported: readonly string[] = []): readonly string[] {
    return [...tokensOf(require)].filter((option) => ![...SUPPORTED, ...supported].includes(option));
}

/** The session interval of calls to SIP, in seconds (RFC 4028), unless the configuration names another one. */
export const SESSION_EXPIRES_S = 600;
/** The shortest session interval, in seconds (RFC 4028, section 4). */
export const MIN_SE_S = 90;
