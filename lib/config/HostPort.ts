import { isIP } from "node:net";

/** Where something listens. An IPv6 address has no brackets here. */
export interface Endpoint {
    readonly host: string;
    readonly port: number;
}

/** As `Endpoint`; without port, the port is looked up or that of the protocol. */
export interface HostPort {
    readonly host: string;
    readonly port?: number;
}

const SIP_TRANSPORTS = ["udp", "tcp", "tls", "ws", "wss"] as const;

/** A socket to speak SIP on. */
export interface SipListener {
    readonly transport: (typeof SIP_TRANSPORTS)[number];
    readonly address: string;
    readonly port: number;
}

const HOST_PORT = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[^:[\]]+))(?::(?<port>[0-9]{1,5}))?$/;
const HOST_NAME = /^(?!-)[0-9A-Za-z_-]{1,63}(?:\.[0-9A-Za-z_-]{1,63})*\.?$/;

/** `host`, `host:port`, `192.0.2.1:5060`, `[2001:db8::1]:5060`; undefined for anything else. */
export function parseHostPort(text: string): HostPort | undefined {
    const { v6, host, port } = HOST_PORT.exec(text)?.groups ?? {};
    const name = v6 === undefined ? host : v6;
    if (name === undefined || !(v6 === undefined ? isHost(name) : isIP(name) === 6)) return undefined;
    if (port === undefined) return { host: name };
    const number = parsePort(port);
    return number === undefined ? undefined : { host: name, port: number };
}

/** As `parseHostPort`, with the port required. */
export function parseEndpoint(text: string): Endpoint | undefined {
    const parsed = parseHostPort(text);
    return parsed?.port === undefined ? undefined : { host: parsed.host, port: parsed.port };
}

/** `udp:127.0.0.1:5060`, `tls:[::1]:5061`; undefined for anything else, a host name included. */
export function parseSipListener(text: string): SipListener | undefined {
    const [, written, rest = ""] = /^([a-z]+):(.+)$/.exec(text) ?? [];
    const transport = SIP_TRANSPORTS.find((known) => known === written);
    const at = parseEndpoint(rest);
    if (transport === undefined || at === undefined || isIP(at.host) === 0) return undefined;
    return { transport, address: at.host, port: at.port };
}

/** A DNS name or an IP address, IPv6 without brackets. */
export function isHost(text: string): boolean {
    if (isIP(text) !== 0) return true;
    const looksLikeIpv4 = /^[0-9.]+$/.test(text);
    return HOST_NAME.test(text) && text.length <= 253 && !looksLikeIpv4;
}

/** The inverse of `parseHostPort`. */
export function formatHostPort({ host, port }: HostPort): string {
    const bracketed = isIP(host) === 6 ? `[${host}]` : host;
    return port === undefined ? bracketed : `${bracketed}:${port}`;
}

function parsePort(text: string): number | undefined {
    const port = Number(text);
    return port >= 1 && port <= 65535 ? port : undefined;
}
