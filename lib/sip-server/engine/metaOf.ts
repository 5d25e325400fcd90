import type { Flow } from "../transport/SipTransport.ts";
import type { MessageMeta } from "./MessageMeta.ts";

/** How a message on that flow travels. */
export function metaOf(flow: Pick<Flow, "protocol" | "local" | "remote">, source: MessageMeta["source"]): MessageMeta {
    return {
        source,
        protocol: flow.protocol,
        remoteAddress: flow.remote.address,
        remotePort: flow.remote.port,
        localAddress: flow.local.address,
        localPort: flow.local.port,
    };
}
