/** The times of RFC 3261 table 4 and of what it leaves open, in milliseconds. */
export interface Timing {
    /** Round trip estimate: first retransmission interval; most timeouts are 64 times as long. */
    readonly t1: number;
    /** Longest interval between retransmissions of a non-INVITE request or an INVITE's final response. */
    readonly t2: number;
    /** How long a message stays in the network. */
    readonly t4: number;
    /** Wait for repeated refusals of our INVITE (timer D). */
    readonly d: number;
    /** Longest silence of a peer that sent a provisional response to our INVITE (timer C of a proxy, 16.6). */
    readonly c: number;
    /** Our provisional response to an INVITE is repeated this often, so that proxies keep waiting (13.3.1.1). */
    readonly provisionalRefresh: number;
    /** How long the application may leave an INVITE without any response. */
    readonly firstResponse: number;
    /** How long the application may let an INVITE ring. */
    readonly finalResponse: number;
}

export const standardTiming: Timing = {
    t1: 500,
    t2: 4000,
    t4: 5000,
    d: 32_000,
    c: 185_000,
    provisionalRefresh: 60_000,
    firstResponse: 64_000,
    finalResponse: 900_000,
};

/** What a machine has to know of its transaction: the times, and whether the transport delivers by itself (all but UDP). */
export interface MachineSetting {
    readonly timing: Timing;
    readonly reliable: boolean;
}
