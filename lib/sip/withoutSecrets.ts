import type { SipHeaders } from "./SipStack.ts";

const HIDDEN = "***";
/** Header fields that hold credentials, or with which an intercepted call could be taken over. */
const SECRET_HEADERS: ReadonlySet<string> = new Set(["authorization", "proxy-authorization", "authentication-info"]);
/** SRTP keys (RFC 4568), keys in SDP (RFC 8866, section 5.12; RFC 4567) and ICE passwords (RFC 8839). */
const SECRET_LINE = /^(a=crypto:\S+ \S+ inline:|a=ice-pwd:|a=key-mgmt:|k=).*$/;

/** The headers of a SIP message as they may be logged. */
export function headersWithoutSecrets(headers: SipHeaders): Readonly<Record<string, string>> {
    return Object.fromEntries(
        [...headers].map(([name, value]) => [name, SECRET_HEADERS.has(name.toLowerCase()) ? HIDDEN : value]),
    );
}

/** The body of a SIP message as it may be logged: SDP without keys, and of all others only the size. */
export function bodyWithoutSecrets(contentType: string | undefined, body: string): string {
    if (body === "") return "";
    if (!/^\s*application\/sdp\b/i.test(contentType ?? "")) return `(${Buffer.byteLength(body)} bytes)`;
    return body
        .split(/\r?\n/)
        .map((line) => line.replace(SECRET_LINE, (_, name: string) => `${name}${HIDDEN}`))
        .join("\n");
}
