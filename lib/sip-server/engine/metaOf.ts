import { serializeMessage } from "../sip/serializeMessage.ts";
import type { SipMessage } from "../sip/SipMessage.ts";
import type { Flow } from "../transport/SipTransport.ts";
import type { MessageMeta } from "./MessageMeta.ts";

/** How that message travelled on that flow. The size is worked out only if asked for. */
export function metaOf(
    message: SipMessage,
    flow: Pick<Flow, "protocol" | "local" | "remote">,
    source: MessageMeta["source"],
): MessageMeta {
    return {
        source,
        protocol: flow.protocol,
        remoteAddress: flow.remote.address,
        remotePort: flow.remote.port,
        localAddress: flow.local.address,
        localPort: flow.local.port,
        get bytes() {
            return serializeMessage(message).length;
        },
    };
}
