import { otherSide, type Side } from "../call/vocabulary.ts";
import type { Flow } from "../sdp/Party.ts";

/** What is known of a call's packets. Plain data; times in ms of one clock, of which the engine's is independent. */
export interface Liveness {
    /** When each side was last heard, and its count of packets then. */
    readonly heard: Readonly<Record<Side, Heard>>;
    /** Since when the other side has been heard at every look, and this one never; undefined if that is not so. */
    readonly missedSince: Readonly<Record<Side, number | undefined>>;
    /** When the engine last answered. */
    readonly engineAt: number;
}

interface Heard {
    readonly at: number;
    readonly packets: number;
}

/** After how long media counts as gone, in ms. */
export interface SilenceLimits {
    /** Of both parties, and of rtpengine. */
    readonly silenceMs: number;
    /** Of a browser alone. */
    readonly browserSilenceMs: number;
}

/** How each side is to be heard. */
export type Expectation = Readonly<Record<Side, Flow>>;

/** Counts from now on: at the answer, and whenever the parties agree on something new. */
export function beginLiveness(now: number): Liveness {
    return {
        heard: { origin: { at: now, packets: 0 }, target: { at: now, packets: 0 } },
        missedSince: { origin: undefined, target: undefined },
        engineAt: now,
    };
}

/** The engine answered: `packets` came in from each side so far. */
export function heardOf(before: Liveness, packets: Readonly<Record<Side, number>>, now: number): Liveness {
    const isHeard = (name: Side): boolean => packets[name] !== before.heard[name].packets;
    const heard = (name: Side): Heard => (isHeard(name) ? { at: now, packets: packets[name] } : before.heard[name]);
    const missedSince = (name: Side): number | undefined =>
        !isHeard(name) && isHeard(otherSide(name)) ? (before.missedSince[name] ?? now) : undefined;
    return {
        heard: { origin: heard("origin"), target: heard("target") },
        missedSince: { origin: missedSince("origin"), target: missedSince("target") },
        engineAt: now,
    };
}

/** The sides that have sent nothing for `forMs`. */
export function silentSides({ heard }: Liveness, forMs: number, now: number): readonly Side[] {
    return (["origin", "target"] as const).filter((side) => now - heard[side].at >= forMs);
}

/**
 * Whether the media is gone. A browser sends RTCP and its comfort noise all the time, so that one which is silent is gone. One
 * that only listens reports what it receives by RTCP, as long as the other side sends. A phone may mute by sending nothing: it is
 * given up only if nothing comes from the other side either. Otherwise no party has to send during a hold, only rtpengine has to respond.
 */
export function isLost(
    liveness: Liveness,
    expected: Expectation,
    { silenceMs, browserSilenceMs }: SilenceLimits,
    now: number,
): boolean {
    const { heard, missedSince, engineAt } = liveness;
    const isLong = (since: number, ms: number): boolean => now - since >= ms;
    if (isLong(engineAt, silenceMs)) return true;
    const isMissed = (side: Side): boolean =>
        expected[side] === "reports" && isLong(missedSince[side] ?? now, browserSilenceMs);
    if (isMissed("origin") || isMissed("target")) return true;
    const isHeld = [expected.origin, expected.target].some((flow) => flow === "mute" || flow === "reports");
    if (isHeld) return false;
    if (isLong(heard.origin.at, silenceMs) && isLong(heard.target.at, silenceMs)) return true;
    const isGone = (side: Side): boolean => expected[side] === "webrtc" && isLong(heard[side].at, browserSilenceMs);
    return isGone("origin") || isGone("target");
}
