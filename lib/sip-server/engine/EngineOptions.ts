import { type SessionTimerPolicy, standardSessionTimerPolicy } from "../dialog/sessionTimer.ts";
import { standardTiming, type Timing } from "../transaction/timing.ts";

/** How an engine is set up. */
export interface EngineOptions {
    readonly timing: Timing;
    /** Requests being served at a time; more are refused 503 with Retry-After. */
    readonly maxServerTransactions: number;
    /** Of these, how many all unknown senders together may have. */
    readonly maxServerTransactionsOfUnknownPeers: number;
    /** The same for each trusted peer (by IP address), and for each known sender. */
    readonly maxServerTransactionsPerPeer: number;
    readonly maxServerTransactionsPerKnownSender: number;
    /** Requests per second outside of dialogs from one trusted peer. */
    readonly newRequestsPerPeer: { readonly perSecond: number; readonly burst: number };
    /** Whether a peer at that source address is trusted. */
    readonly isTrusted: (address: string) => boolean;
    /** Dialogs, early ones too; more INVITEs and SUBSCRIBEs are refused 503, orders for more `overloaded`. */
    readonly maxDialogs: number;
    /** Send in-dialog requests to where the peer's came from if its address is out of reach. */
    readonly natRule: boolean;
    /** Answer OPTIONS outside of dialogs 200 if no application takes them. */
    readonly answerOptions: boolean;
    readonly sessionTimer: SessionTimerPolicy;
}

export const standardEngineOptions: EngineOptions = {
    timing: standardTiming,
    maxServerTransactions: 50_000,
    maxServerTransactionsOfUnknownPeers: 20_000,
    maxServerTransactionsPerPeer: 25_000,
    maxServerTransactionsPerKnownSender: 1_000,
    newRequestsPerPeer: { perSecond: 1_000, burst: 2_000 },
    isTrusted: () => true,
    maxDialogs: 20_000,
    natRule: true,
    answerOptions: true,
    sessionTimer: standardSessionTimerPolicy,
};
