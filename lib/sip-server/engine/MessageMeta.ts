import type { Protocol } from "../transport/SipTransport.ts";

/** How a message travelled. Addresses are IP addresses without brackets. */
export interface MessageMeta {
    /** `application`: we sent it, or made it ourselves; `network`: it was received. A 408 or 503 made in place of a missing answer counts as `network`. */
    readonly source: "network" | "application";
    readonly protocol: Protocol;
    readonly remoteAddress: string;
    readonly remotePort: number;
    readonly localAddress: string;
    readonly localPort: number;
}
