import { isIP } from "node:net";
import { isHost, parseSipListener, type SipListener } from "./HostPort.ts";

const PARTS = /^(?<transport>udp|tcp|tls|wss?):(?:\/\/)?(?<rest>.*)$/i;
const ADDRESS_AND_PORT = /^(?<address>\[.+\]|[^:]+)(?::(?<port>.*))?$/;

/**
 * Parses an entry of `sip.listen`, such as `udp:127.0.0.1:5060`. Throws an Error that says which part is wrong; returns undefined
 * if there are no such parts. Pure.
 */
export function readListener(text: string): SipListener | undefined {
    const parsed = parseSipListener(text);
    if (parsed !== undefined) return parsed;
    const { transport, rest = "" } = PARTS.exec(text)?.groups ?? {};
    if (transport === undefined) {
        if (parseSipListener(`udp:${text}`) === undefined) return undefined;
        throw new Error(`must begin with a transport, such as udp:${text}`);
    }
    const corrected = `${transport.toLowerCase()}:${rest}`;
    if (parseSipListener(corrected) !== undefined) throw new Error(`must be written as ${corrected}`);
    if (isIpv6(rest)) throw new Error("must have its IPv6 address in brackets, such as udp:[2001:db8::1]:5060");
    const { address = "", port } = ADDRESS_AND_PORT.exec(rest)?.groups ?? {};
    if (isIP(address.replace(/^\[(.*)\]$/, "$1")) === 0) {
        if (!isHost(address)) return undefined;
        throw new Error(`must have an IP address of this machine instead of the name ${address}`);
    }
    if (port === undefined) throw new Error(`must end with a port, such as ${corrected}:5060`);
    throw new Error("must end with a port from 1 to 65535");
}

/** With a port or without: it cannot be told apart. */
function isIpv6(text: string): boolean {
    return isIP(text) === 6 || isIP(text.replace(/:[0-9]+$/, "")) === 6;
}
