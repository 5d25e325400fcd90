import type { Side, MediaTransport } from "../call/vocabulary.ts";

/** What is known of a call's packets. Plain data; times in ms of one clock, of which the engine's is independent. */
export interface Liveness {
    /** When each side was last heard, and its count of packets then. */
    readonly heard: Readonly<Record<Side, Heard>>;
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

/** How each side is to be heard: `mute` if it sends nothing by agreement. */
export type Expectation = Readonly<Record<Side, MediaTransport | "mute">>;

/** Counts from now on: at the answer, and whenever the parties agree on something new. */
export function beginLiveness(now: number): Liveness {
    return { heard: { origin: { at: now, packets: 0 }, target: { at: now, packets: 0 } }, engineAt: now };
}

/** The engine answered: `packets` came in from each side so far. */
export function heardOf(before: Liveness, packets: Readonly<Record<Side, number>>, now: number): Liveness {
    const side = (name: Side): Heard =>
        packets[name] === before.heard[name].packets ? before.heard[name] : { at: now, packets: packets[name] };
    return { heard: { origin: side("origin"), target: side("target") }, engineAt: now };
}

/** The sides that have sent nothing for `forMs`. */
export function silentSides({ heard }: Liveness, forMs: number, now: number): readonly Side[] {
    return (["origin", "target"] as const).filter((side) => now - heard[side].at >= forMs);
}

/**
 * Whether the media is gone. A browser sends RTCP and its comfort noise all the time, so that one which is silent is
 * gone. A phone may mute by sending nothing: it is given up only if nothing comes from the other side either. While
 * a party holds the call no party has to send, only rtpengine has to respond.
 */
export function isLost(
    liveness: Liveness,
    expected: Expectation,
    { silenceMs, browserSilenceMs }: SilenceLimits,
    now: number,
): boolean {
    const silentSince = (at: number): boolean => now - at >= silenceMs;
    if (silentSince(liveness.engineAt)) return true;
    if (expected.origin === "mute" || expected.target === "mute") return false;
    const { origin, target } = liveness.heard;
    if (silentSince(origin.at) && silentSince(target.at)) return true;
    return (["origin", "target"] as const).some(
        (side) => expected[side] === "webrtc" && now - liveness.heard[side].at >= browserSilenceMs,
    );
}
