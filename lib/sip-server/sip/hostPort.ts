import { isIPv4, isIPv6 } from "node:net";
import { consistsOf, hostnameCharacter, parseDecimal } from "./characters.ts";

/** A host and perhaps a port, as in a URI or a Via: IPv6 without brackets, names in lower case. */
export interface HostPort {
    readonly host: string;
    readonly port?: number;
}

/** Reads `host`, `host:port`, `[v6]`, `[v6]:port`. Undefined for anything else; a colon needs its port, 1 to 65535. */
export function parseHostPort(text: string): HostPort | undefined {
    const hostEnd = text.startsWith("[") ? text.indexOf("]") + 1 : text.indexOf(":");
    if (text.startsWith("[") && hostEnd === 0) return undefined;
    const host = parseHost(hostEnd === -1 ? text : text.slice(0, hostEnd));
    if (host === undefined) return undefined;
    if (hostEnd === -1 || hostEnd === text.length) return { host };
    if (text[hostEnd] !== ":") return undefined;
    const port = parseDecimal(text.slice(hostEnd + 1), 65_535);
    return port === undefined || port === 0 ? undefined : { host, port };
}

/** Reads a host alone. IPv6 must be in brackets and without a zone. */
export function parseHost(text: string): string | undefined {
    if (text.startsWith("[")) {
        const address = withoutExtraColon(text.slice(1, -1));
        return text.endsWith("]") && isIPv6(address) && !address.includes("%") ? address.toLowerCase() : undefined;
    }
    return text.length <= 255 && consistsOf(text, hostnameCharacter) ? text.toLowerCase() : undefined;
}

/** The grammar of RFC 3261 makes three colons before an embedded IPv4 address of two; they have to be tolerated (RFC 5118 4.10). */
function withoutExtraColon(address: string): string {
    const at = address.lastIndexOf(":::");
    return at !== -1 && isIPv4(address.slice(at + 3)) ? `${address.slice(0, at)}${address.slice(at + 1)}` : address;
}

/** Host as it stands in URIs and Via: IPv6 in brackets. */
function formatHost(host: string): string {
    return host.includes(":") ? `[${host}]` : host;
}

export function formatHostPort(hostPort: HostPort): string {
    const host = formatHost(hostPort.host);
    return hostPort.port === undefined ? host : `${host}:${hostPort.port}`;
}
