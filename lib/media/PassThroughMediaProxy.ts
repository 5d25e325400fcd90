import type { IceCandidate, Sdp, Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import type { Clock } from "../ports/Clock.ts";
import type { MediaProxy, MediaSession } from "../ports/MediaProxy.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import { CandidateGathering } from "./CandidateGathering.ts";
import { withCandidates } from "../sdp/withCandidates.ts";

/**
 * How long a description waits for the end of its party's candidates, in ms. matrix-js-sdk sends the first of those that
 * are not in its invite 2,000 ms after that, and 500 ms after an answer; it says nothing if it has no more.
 */
const PATIENCE_MS: Readonly<Record<Side, number>> = { origin: 2_500, target: 1_000 };

/**
 * No media server: the parties' descriptions reach each other as they are, for SIP clients that speak WebRTC. There are
 * limits to that. SIP peers do not take candidates that come after the description (few know RFC 8840), so it is held back
 * for a moment and goes on with those in it; what comes later is lost, and the peer's own checks have to make up for it.
 * And a new offer within the call is refused, as there is nobody here to answer it: hold and ICE restarts do not work.
 */
export class PassThroughMediaProxy implements MediaProxy {
    readonly #clock: Clock;
    readonly #telemetry: Telemetry;

    constructor(clock: Clock, telemetry: Telemetry) {
        this.#clock = clock;
        this.#telemetry = telemetry;
    }

    open(): MediaSession {
        return new PassThroughSession(this.#clock, this.#telemetry);
    }
}

class PassThroughSession implements MediaSession {
    readonly #telemetry: Telemetry;
    readonly #gatherings: Readonly<Record<Side, CandidateGathering>>;
    #state: "open" | "released" = "open";

    constructor(clock: Clock, telemetry: Telemetry) {
        this.#telemetry = telemetry;
        this.#gatherings = { origin: new CandidateGathering(clock), target: new CandidateGathering(clock) };
    }

    async offer(sdp: Sdp): Promise<Sdp> {
        return await this.#forward("origin", sdp);
    }

    async answer(sdp: Sdp): Promise<Sdp> {
        return await this.#forward("target", sdp);
    }

    addCandidates(side: Side, candidates: readonly IceCandidate[]): Promise<void> {
        for (const reason of this.#gatherings[side].take(candidates)) this.#telemetry.dropped("media", reason);
        return Promise.resolve();
    }

    renegotiate(): Promise<Sdp> {
        return Promise.reject(new CallFailure("noCommonMedia", "without a media server no new offer can be answered"));
    }

    release(): Promise<void> {
        this.#state = "released";
        this.#gatherings.origin.close();
        this.#gatherings.target.close();
        return Promise.resolve();
    }

    async #forward(side: Side, sdp: Sdp): Promise<Sdp> {
        const rest = await this.#gatherings[side].rest(sdp, PATIENCE_MS[side]);
        if (this.#state === "released") throw new CallFailure("mediaLost", "the media session is released");
        const merged = withCandidates(sdp, rest);
        if (merged === undefined) throw new CallFailure("noCommonMedia", `the description of the ${side} is unusable`);
        return merged;
    }
}
