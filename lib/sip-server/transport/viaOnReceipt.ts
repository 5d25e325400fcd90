import { isIP } from "node:net";
import type { SipRequest } from "../sip/SipMessage.ts";
import { formatVia, parseVia, type Via } from "../sip/Via.ts";
import { defaultPorts } from "./defaultPorts.ts";
import { withoutZone } from "./ipAddress.ts";
import type { Endpoint, Protocol } from "./SipTransport.ts";

/** Writes where the request really came from into its top Via (RFC 3261 18.2.1, RFC 3581), asked for or not: behind NAT it is the only way back. */
export function fillTopVia(request: SipRequest, remote: Endpoint): void {
    const [top] = request.headers.list("Via");
    const via = top === undefined ? undefined : parseVia(top);
    if (via === undefined) return;
    via.params.set("received", withoutZone(remote.address));
    via.params.set("rport", String(remote.port));
    request.headers.replaceFirst("Via", formatVia(via));
}

/**
 * Where a response goes whose connection is gone, or that goes over UDP (RFC 3261 18.2.2, RFC 3581 4): by what
 * {@link fillTopVia} wrote. Over streams the port is that of sent-by, where the peer listens. `maddr` is not followed:
 * it would let an unknown peer choose where we send to. Undefined if the Via was not filled and names no address.
 */
export function responseTarget(via: Via, protocol: Protocol): Endpoint | undefined {
    const received = via.params.get("received") ?? undefined;
    const host = stripBrackets(received ?? via.host);
    if (isIP(host) === 0) return undefined;
    const rport = Number(via.params.get("rport") ?? "");
    const sentByPort = via.port ?? defaultPorts[protocol];
    const port = protocol === "udp" && Number.isInteger(rport) && rport > 0 && rport < 65_536 ? rport : sentByPort;
    return { address: host, port };
}

/** `received` is an address without brackets, but some write them (RFC 5118 4.5). */
function stripBrackets(host: string): string {
    return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}
