import type { CallRecorder } from "../ports/CallRecorder.ts";
import type { Clock } from "../ports/Clock.ts";
import type { SipCalls } from "./SipCalls.ts";
import type { SipStack } from "./SipStack.ts";

/** What every leg and dialog needs. */
export interface SipEnvironment {
    readonly stack: SipStack;
    readonly calls: SipCalls;
    readonly clock: Clock;
    readonly userAgent: string;
    /** Receives what the SIP side knows of each call; optional for specs. */
    readonly recorder?: Pick<CallRecorder, "note">;
    /** A random number from 0 to 1. */
    readonly random: () => number;
    /** The session interval of calls to SIP in seconds, 0 for none; a default of 600 if left out. */
    readonly sessionTimerS?: number;
}
