import type { HostPort } from "../sip/hostPort.ts";
import { type Flow, type Target, TransportError } from "../transport/SipTransport.ts";

/** The flow of a request for which no target could be reached: it has the address of the target, and sends nothing. */
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
