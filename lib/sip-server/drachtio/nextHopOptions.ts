/** Where to send, and what the protocol has no other place for. */
export interface NextHopOptions {
    readonly nextHop: string;
    /** How long each address may leave the request without a response, in ms. */
    readonly responseTimeoutMs?: number;
    /** The path of the WebSocket server: `/ws`. */
    readonly webSocketPath?: string;
}

const TIMEOUT = /;answer-within=([0-9]{1,5})(?=[;?]|$)/i;
const PATH = /;ws-path=(\/[A-Za-z0-9/._~-]{0,200})(?=[;?]|$)/i;

/**
 * Takes `;answer-within=<ms>` and `;ws-path=<path>` off a next hop: additions of this server to the control protocol. The URI
 * of the next hop is never sent over SIP, so a server that does not know them is not disturbed.
 */
export function takeNextHopOptions(nextHop: string): NextHopOptions {
    const ms = Number(TIMEOUT.exec(nextHop)?.[1] ?? 0);
    const path = PATH.exec(nextHop)?.[1];
    return {
        nextHop: nextHop.replace(TIMEOUT, "").replace(PATH, ""),
        ...(ms > 0 && { responseTimeoutMs: ms }),
        ...(path !== undefined && { webSocketPath: path }),
    };
}
