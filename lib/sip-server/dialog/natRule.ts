import { BlockList, isIP } from "node:net";
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

const privateNetworks = new BlockList();
privateNetworks.addSubnet("10.0.0.0", 8, "ipv4");
privateNetworks.addSubnet("172.16.0.0", 12, "ipv4");
privateNetworks.addSubnet("192.168.0.0", 16, "ipv4");
privateNetworks.addSubnet("100.64.0.0", 10, "ipv4");
privateNetworks.addSubnet("169.254.0.0", 16, "ipv4");
privateNetworks.addSubnet("127.0.0.0", 8, "ipv4");
privateNetworks.addSubnet("fc00::", 7, "ipv6");
privateNetworks.addSubnet("fe80::", 10, "ipv6");
privateNetworks.addAddress("::1", "ipv6");

/**
 * True if a request in a dialog goes back by the flow instead of to the address its route names, since that address is
 * behind a NAT or the connection is the only way: an open connection to that very host, or an address out of reach. A
 * private address that is not the source is out of reach if the source is public, or if no proxy can stand between.
 */
export function goesBackByFlow({ nextHop, routed, flow, direct }: WayToPeer): boolean {
    if (flow.closed) return false;
    if (nextHop.host.endsWith(".invalid")) return true;
    if (nextHop.host === flow.remote.address) return flow.reliable && speaksSameTransport(nextHop, flow);
    if (!isPrivate(nextHop.host)) return false;
    return !isPrivate(flow.remote.address) || (direct && !routed);
}

/** A Contact without transport says UDP, but many clients on TCP leave it out: their connection is the better guess. */
function speaksSameTransport(uri: SipUri, flow: Flow): boolean {
    const named = uri.params.get("transport")?.toLowerCase();
    return named === undefined || named === flow.protocol || (named === "ws" && flow.protocol === "wss");
}

function isPrivate(host: string): boolean {
    const family = isIP(host);
    return family !== 0 && privateNetworks.check(host, family === 6 ? "ipv6" : "ipv4");
}
