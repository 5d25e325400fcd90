import { formatHostPort } from "../sip/hostPort.ts";
import type { SipUri } from "../sip/SipUri.ts";

/** The name a registered contact's connection is kept under: `user@host[:port]`. */
export function registeredKey(uri: SipUri): string {
    return `${uri.user ?? ""}@${formatHostPort(uri)}`;
}
