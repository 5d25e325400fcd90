import type { IceCandidate, Sdp, Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import type { MediaProxy, MediaSession } from "../ports/MediaProxy.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import { withCandidates } from "./sdp/withCandidates.ts";

/** More than any browser finds. */
const MAX_CANDIDATES = 100;

/**
 * No media server: the parties' descriptions reach each other as they are, for SIP clients that speak WebRTC. There are
 * limits to that. SIP peers seldom trickle, so candidates that come after their description went on are lost; the peer's
 * own checks make up for them unless both are behind strict firewalls. And a new offer within the call is refused, as
 * there is nobody here to answer it: hold and ICE restarts do not work.
 */
export class PassThroughMediaProxy implements MediaProxy {
    readonly #telemetry: Telemetry;

    constructor(telemetry: Telemetry) {
        this.#telemetry = telemetry;
    }

    open(): MediaSession {
        return new PassThroughSession(this.#telemetry);
    }
}

class PassThroughSession implements MediaSession {
    readonly #telemetry: Telemetry;
    /** Candidates that wait for their party's description, or that it went on. */
    readonly #waiting: Record<Side, readonly IceCandidate[] | "gone"> = { origin: [], target: [] };

    constructor(telemetry: Telemetry) {
        this.#telemetry = telemetry;
    }

    async offer(sdp: Sdp): Promise<Sdp> {
        return await this.#forward("origin", sdp);
    }

    async answer(sdp: Sdp): Promise<Sdp> {
        return await this.#forward("target", sdp);
    }

    addCandidates(side: Side, candidates: readonly IceCandidate[]): Promise<void> {
        const waiting = this.#waiting[side];
        const room = waiting === "gone" ? 0 : MAX_CANDIDATES - waiting.length;
        if (waiting !== "gone") this.#waiting[side] = [...waiting, ...candidates.slice(0, room)];
        const reason = waiting === "gone" ? "lateCandidate" : "tooManyCandidates";
        for (const _ of candidates.slice(room)) this.#telemetry.dropped("media", reason);
        return Promise.resolve();
    }

    renegotiate(): Promise<Sdp> {
        return Promise.reject(new CallFailure("noCommonMedia", "without a media server no new offer can be answered"));
    }

    release(): Promise<void> {
        this.#waiting.origin = this.#waiting.target = "gone";
        return Promise.resolve();
    }

    #forward(side: Side, sdp: Sdp): Promise<Sdp> {
        const candidates = this.#waiting[side];
        this.#waiting[side] = "gone";
        const merged = withCandidates(sdp, candidates === "gone" ? [] : candidates);
        if (merged !== undefined) return Promise.resolve(merged);
        return Promise.reject(new CallFailure("noCommonMedia", `the description of the ${side} is unusable`));
    }
}
