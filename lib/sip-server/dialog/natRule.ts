import { isLoopback, isPrivate } from "../ipAddresses.ts";
import type { SipUri } from "../sip/SipUri.ts";
import type { Flow } from "../transport/SipTransport.ts";

/** What is known about the way to a dialog's peer. */
export interface WayToPeer {
    /** Of the next hop: top of the route set, else the remote target. */
    readonly nextHop: SipUri;
    readonly routed: boolean;
    /** The flow the dialog's last message came by. */
    readonly flow: Flow;
    /** The peer itself is at the flow's other end: its request had one Via. */
    readonly direct: boolean;
}

/**
 * True if a request in a dialog goes back by the flow instead of to the address its route names, since that address is
 * behind a NAT or the connection is the only way: an open connection to that very host, or an address out of reach. A
 * private address that is not the source is out of reach if the source is public, or if no proxy can stand between.
 */
export function goesBackByFlow({ nextHop, routed, flow, direct }: WayToPeer): boolean {
    if (flow.closed) return false;
    if (nextHop.host.endsWith(".invalid")) return true;
    if (nextHop.host === flow.remote.address) return flow.reliable && speaksSameTransport(nextHop, flow);
    if (!isUnroutable(nextHop.host)) return false;
    return !isUnroutable(flow.remote.address) || (direct && !routed);
}

/** A Contact without transport means UDP, but many clients on TCP leave it out: their connection is the better guess. */
function speaksSameTransport(uri: SipUri, flow: Flow): boolean {
    const named = uri.params.get("transport")?.toLowerCase();
    return named === undefined || named === flow.protocol || (named === "ws" && flow.protocol === "wss");
}

function isUnroutable(host: string): boolean {
    return isPrivate(host) || isLoopback(host);
}
