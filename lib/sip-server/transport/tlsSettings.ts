import { isIP } from "node:net";
import {
    checkServerIdentity,
    type ConnectionOptions,
    type PeerCertificate,
    type TlsOptions as ServerOptions,
} from "node:tls";
import type { Target } from "./SipTransport.ts";
import type { TlsOptions } from "./TransportOptions.ts";

const minVersion = "TLSv1.2";

/** Settings of a tls or wss listener. */
export function tlsServerSettings(tls: TlsOptions, handshakeTimeoutMs: number): ServerOptions {
    return {
        ...identity(tls),
        minVersion,
        handshakeTimeout: handshakeTimeoutMs,
        requestCert: tls.requireClientCertificate,
        rejectUnauthorized: tls.requireClientCertificate,
    };
}

/** Settings of a connection to a server: its certificate must be for the name we looked up, or for its address. */
export function tlsClientSettings(tls: TlsOptions, target: Target): ConnectionOptions {
    const name = target.serverName ?? target.address;
    return {
        ...identity(tls),
        minVersion,
        // SNI carries names only (RFC 6066 3).
        ...(isIP(name) === 0 ? { servername: name } : {}),
        rejectUnauthorized: !tls.allowUnverifiedServers,
        checkServerIdentity: (_host, certificate) => checkSipIdentity(name, certificate),
    };
}

function identity(tls: TlsOptions): { cert?: string; key?: string; ca?: string } {
    return {
        ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
        ...(tls.key === undefined ? {} : { key: tls.key }),
        ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    };
}

/** RFC 5922 7.1: a certificate may also name its SIP domain as the URI `sip:example.com`. */
function checkSipIdentity(name: string, certificate: PeerCertificate): Error | undefined {
    const names = certificate.subjectaltname?.split(", ") ?? [];
    const uri = `uri:sip:${name.toLowerCase()}`;
    return names.some((entry) => entry.toLowerCase() === uri) ? undefined : checkServerIdentity(name, certificate);
}
