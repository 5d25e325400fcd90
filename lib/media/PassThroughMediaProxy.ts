import type { Hold } from "../call/CallEvent.ts";
import type { IceCandidate, Sdp, Side } from "../call/vocabulary.ts";
import { CallFailure } from "../ports/CallFailure.ts";
import type { Clock } from "../ports/Clock.ts";
import type {
    ChangeAnswer,
    ChangeProposal,
    MediaProxy,
    MediaRecord,
    MediaSession,
    PeerReadiness,
} from "../ports/MediaProxy.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import { CandidateGathering } from "./CandidateGathering.ts";
import { receives } from "../sdp/direction.ts";
import { directionIn } from "../sdp/Party.ts";
import { readParty } from "../sdp/PartyDescription.ts";
import { withCandidates } from "../sdp/withCandidates.ts";

/**
 * How long a description waits for the end of its party's candidates, in ms. matrix-js-sdk sends the first of those that
 * are not in its invite 2,000 ms after that, and 500 ms after an answer; it says nothing if it has no more.
 */
const LONGEST_WAIT_MS: Readonly<Record<Side, number>> = { origin: 2_500, target: 1_000 };

/**
 * No media server: the parties' descriptions reach each other as they are, for SIP clients that speak WebRTC. There are
 * limits to that. SIP peers do not take candidates that come after the description (few know RFC 8840), so it is held back
 * for a moment and goes on with those in it; what comes later is lost, and the peer's own checks have to make up for it.
 * A new offer within the call goes to the other party; one that cannot be asked makes it fail.
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

    /** Nothing is kept: the parties' media does not pass through the bridge. */
    resume(): MediaSession {
        return this.open();
    }
}

class PassThroughSession implements MediaSession {
    readonly #telemetry: Telemetry;
    readonly #gatherings: Readonly<Record<Side, CandidateGathering>>;
    /** The last offer of each party within the call. */
    readonly #changes = new Map<Side, Sdp>();
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

    proposeChange(side: Side, sdp: Sdp, peer: PeerReadiness): Promise<ChangeProposal> {
        if (peer === "askable") {
            this.#changes.set(side, sdp);
            return Promise.resolve({ kind: "forward", sdp });
        }
        return Promise.reject(
            new CallFailure("noCommonMedia", "without a media server only the other party can answer"),
        );
    }

    proposeHold(): Promise<ChangeProposal> {
        return Promise.reject(new CallFailure("noCommonMedia", "without a media server only the parties can hold"));
    }

    completeChange(side: Side, sdp: Sdp | undefined): Promise<ChangeAnswer> {
        const offer = this.#changes.get(side);
        if (sdp === undefined || offer === undefined) {
            return Promise.reject(new CallFailure("noCommonMedia", "the other party did not agree to the change"));
        }
        return Promise.resolve({ kind: "answer", sdp, hold: holdOf(offer) });
    }

    beginHandover(): Promise<Sdp> {
        return Promise.reject(
            new CallFailure("noCommonMedia", "without a media server no call takes the place of a party"),
        );
    }

    completeHandover(): Promise<Hold> {
        return this.beginHandover().then(() => "talks");
    }

    cancelHandover(): Promise<void> {
        return Promise.resolve();
    }

    requestPicture(): Promise<void> {
        return Promise.resolve(); // the two parties ask each other
    }

    sendDigits(): Promise<void> {
        return Promise.reject(
            new CallFailure("noCommonMedia", "without a media server no digits can be sent as media"),
        );
    }

    snapshot(): MediaRecord {
        return { server: "", data: undefined };
    }

    release(): Promise<void> {
        this.#state = "released";
        this.#gatherings.origin.close();
        this.#gatherings.target.close();
        return Promise.resolve();
    }

    async #forward(side: Side, sdp: Sdp): Promise<Sdp> {
        const rest = await this.#gatherings[side].rest(sdp, LONGEST_WAIT_MS[side]);
        if (this.#state === "released") throw new CallFailure("mediaLost", "the media session is released");
        const merged = withCandidates(sdp, rest);
        if (merged === undefined) throw new CallFailure("noCommonMedia", `the description of the ${side} is unusable`);
        return merged;
    }
}

/** Whether a party that offers this wants no media from the other one. */
function holdOf(offer: Sdp): Hold {
    const reading = readParty(offer, "rtp");
    return reading.kind === "usable" && !receives(directionIn(reading.party)) ? "holds" : "talks";
}
