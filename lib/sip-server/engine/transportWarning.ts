import type { HeaderField } from "../sip/Headers.ts";
import { formatHostPort } from "../sip/hostPort.ts";
import { quote } from "../sip/quotedString.ts";
import type { Flow } from "../transport/SipTransport.ts";

/** Why somebody could not be reached, as a header of the 503 that an application gets instead of an answer (RFC 3261 20.43). */
export function transportWarning(why: string, { sentBy }: Pick<Flow, "sentBy">): HeaderField {
    return { name: "Warning", value: `399 ${formatHostPort(sentBy)} ${quote(why)}` };
}

/** In a few words: the system's code or that of TLS (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), without anything a peer has sent. */
export function describeUnreachable(error: unknown): string {
    if (!(error instanceof Error)) return "unreachable";
    const code = error.cause instanceof Error && "code" in error.cause ? `: ${String(error.cause.code)}` : "";
    return `${error.message}${code}`;
}
