import type { SentAudio } from "../ports/CallRecorder.ts";

/**
 * Which parties could be heard. `callerOnly`: the bridge received audio from the caller only. `tooShort`: the call ended
 * before both could have been heard. `unknown`: the media proxy did not count the packets.
 */
export type AudioVerdict = "bothWays" | "callerOnly" | "calleeOnly" | "none" | "tooShort" | "unknown";

/** The audio of a call that was answered. What is not known is absent. */
export interface CallAudio {
    readonly verdict: AudioVerdict;
    /** What the caller sent, and how it arrived at the callee. */
    readonly fromCaller?: SentAudio;
    readonly fromCallee?: SentAudio;
}

/** Fewer packets are not speech: 200 ms at the usual 20 ms a packet. */
const LEAST_PACKETS = 10;
/** A browser that sends no audio still sends RTCP, at most about one packet in two seconds. */
const LEAST_BROWSER_PACKETS_PER_SECOND = 1;
/** Within this time some phones have not yet begun to send, in ms. */
const TOO_SHORT_MS = 3_000;

/** Evaluates what each party sent in a call of `talkMs`. Pure. */
export function callAudioOf(
    sent: { readonly caller: SentAudio; readonly callee: SentAudio } | undefined,
    talkMs: number,
): CallAudio {
    if (sent === undefined) return { verdict: "unknown" };
    const { caller: fromCaller, callee: fromCallee } = sent;
    const verdict = verdictOf(isHeard(fromCaller, talkMs), isHeard(fromCallee, talkMs), talkMs);
    return { verdict, fromCaller, fromCallee };
}

function verdictOf(callerHeard: boolean, calleeHeard: boolean, talkMs: number): AudioVerdict {
    if (callerHeard && calleeHeard) return "bothWays";
    if (talkMs < TOO_SHORT_MS) return "tooShort";
    if (callerHeard) return "callerOnly";
    return calleeHeard ? "calleeOnly" : "none";
}

function isHeard({ from, packets }: SentAudio, talkMs: number): boolean {
    if (packets < LEAST_PACKETS) return false;
    return from === "phone" || packets >= (talkMs / 1_000) * LEAST_BROWSER_PACKETS_PER_SECOND;
}
