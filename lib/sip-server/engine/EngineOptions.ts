import { type SessionTimerPolicy, standardSessionTimerPolicy } from "../dialog/sessionTimer.ts";
import { standardTiming, type Timing } from "../transaction/timing.ts";

/** How an engine is set up. */
export interface EngineOptions {
    readonly timing: Timing;
    /** Requests being served at a time; more are refused 503 with Retry-After. */
    readonly maxServerTransactions: number;
    /** Of these, how many may be taken when a peer that is not trusted asks for one more: the rest is kept for those who are. */
    readonly maxServerTransactionsOfUnknownPeers: number;
    /** Whom to keep room for, by source address. */
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
    maxServerTransactionsOfUnknownPeers: 40_000,
    isTrusted: () => true,
    maxDialogs: 20_000,
    natRule: true,
    answerOptions: true,
    sessionTimer: standardSessionTimerPolicy,
};
