/** What the engine has counted since its start. All only grow. */
export interface EngineCounters {
    requestsReceived: number;
    requestsSent: number;
    responsesReceived: number;
    responsesSent: number;
    /** Responses whose connection was gone. */
    responsesUndelivered: number;
    /** Messages sent again because the peer did not answer. */
    retransmissionsSent: number;
    /** Requests the peer sent again, absorbed. */
    retransmissionsAbsorbed: number;
    /** Responses and ACKs that matched nothing. */
    straysDropped: number;
    /** Requests refused 503 because a limit was reached. */
    overloadRefusals: number;
    /** Client transactions that ended without an answer. */
    timeouts: number;
    /** Requests sent again to another address of the same target (RFC 3263 4.3). */
    failOvers: number;
    /** 2xx of forks other than the first, ended by ACK and BYE. */
    forksEnded: number;
}

/** What the engine holds now: all are zero some time after the last call, or something leaked. */
export interface EngineLoad {
    readonly transactions: number;
    readonly dialogs: number;
    readonly timers: number;
    /** Requests from either side that have no response yet. */
    readonly pending: number;
    readonly counters: Readonly<EngineCounters>;
}
