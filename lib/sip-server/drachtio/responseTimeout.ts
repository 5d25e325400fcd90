/** Where to send, and how long each address there may keep silent. */
export interface BoundHop {
    readonly nextHop: string;
    readonly responseTimeoutMs?: number;
}

const PARAM = /;answer-within=([0-9]{1,5})(?=[;?]|$)/i;

/**
 * Takes `;answer-within=<ms>` off a next hop: our addition to the protocol, which has no place for such a wish. It stands
 * in the URI of the next hop, which is on no wire, so that a server that does not know it is not disturbed.
 */
export function takeResponseTimeout(nextHop: string): BoundHop {
    const ms = Number(PARAM.exec(nextHop)?.[1] ?? 0);
    return { nextHop: nextHop.replace(PARAM, ""), ...(ms > 0 && { responseTimeoutMs: ms }) };
}
