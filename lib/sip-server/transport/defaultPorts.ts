import type { Protocol } from "./SipTransport.ts";

/** The port of a protocol when none is named (RFC 3261 19.1.2, RFC 7118). */
export const defaultPorts: Readonly<Record<Protocol, number>> = { udp: 5060, tcp: 5060, tls: 5061, ws: 80, wss: 443 };
