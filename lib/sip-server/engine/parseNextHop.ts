import { isIPv6 } from "node:net";
import { formatUri, parseSipUri, parseUri, type SipUri } from "../sip/SipUri.ts";

/** A SIP URI to send to. Applications that learned an IPv6 address from a message's meta data write it without brackets: understood too. */
export function parseNextHop(text: string): SipUri | undefined {
    return parseSipUri(text) ?? parseSipUri(withBrackets(text));
}

/** An application's URI as it may stand in a request line: IPv6 in brackets, without headers (RFC 3261 19.1.1). Undefined for what is none. */
export function requestUri(text: string): string | undefined {
    const uri = parseUri(text);
    if (uri?.scheme === "tel" || (uri !== undefined && uri.headers === undefined)) return text;
    const address = uri ?? parseNextHop(text);
    if (address === undefined) return undefined;
    const { headers: _headers, ...bare } = address;
    return formatUri(bare);
}

function withBrackets(text: string): string {
    const scheme = text.slice(0, text.indexOf(":") + 1);
    const end = text.search(/[;?]/);
    const params = end === -1 ? "" : text.slice(end);
    const [user, address] = splitUser(text.slice(scheme.length, end === -1 ? undefined : end));
    if (isIPv6(address)) {
        const port = address.slice(address.lastIndexOf(":") + 1);
        const host = address.slice(0, address.lastIndexOf(":"));
        // "2001:db8::1:5060" reads as an address as a whole, but was meant as address and port if the last part is no
        // hexadecimal group people use: four or five digits of a port.
        const withPort = /^[0-9]{4,5}$/.test(port) && isIPv6(host);
        return `${scheme}${user}${withPort ? `[${host}]:${port}` : `[${address}]`}${params}`;
    }
    return text;
}

function splitUser(text: string): [user: string, address: string] {
    const at = text.lastIndexOf("@");
    return [text.slice(0, at + 1), text.slice(at + 1)];
}
