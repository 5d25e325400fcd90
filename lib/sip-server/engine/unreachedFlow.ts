import type { HostPort } from "../sip/hostPort.ts";
import { type Flow, type Target, TransportError } from "../transport/SipTransport.ts";

/** Stands for the flow of a request that nobody could be reached for: it shows where to, and takes nothing. */
export function unreachedFlow(target: Target, sentBy: Required<HostPort>): Flow {
    return {
        id: "unreached",
        protocol: target.protocol,
        local: { address: sentBy.host, port: sentBy.port },
        remote: { address: target.address, port: target.port },
        reliable: target.protocol !== "udp",
        sentBy,
        closed: true,
        send: () => Promise.reject(new TransportError("never reached")),
        onClose: () => () => undefined,
        close: () => undefined,
    };
}
