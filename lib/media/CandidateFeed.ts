import type { IceCandidate, Side, MediaTransport } from "../call/vocabulary.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import { isEndOfCandidates } from "../sdp/candidateLine.ts";
import { beginGeneration, EMPTY_INBOX, sortCandidates, type CandidateInbox, type Sorted } from "./CandidateInbox.ts";
import { withMoreCandidates, type PartyDescription } from "../sdp/PartyDescription.ts";

/** Collects both parties' trickled candidates for the engine. What it drops is counted. */
export class CandidateFeed {
    readonly #telemetry: Telemetry;
    readonly #kinds: Readonly<Record<Side, MediaTransport>>;
    readonly #inboxes: Record<Side, CandidateInbox> = { origin: EMPTY_INBOX, target: EMPTY_INBOX };
    /** How many of the candidates in the inbox were given out. */
    readonly #given: Record<Side, number> = { origin: 0, target: 0 };

    constructor(telemetry: Telemetry, kinds: Readonly<Record<Side, MediaTransport>>) {
        this.#telemetry = telemetry;
        this.#kinds = kinds;
    }

    /** The engine has a new description of this side, to which candidates belong from now on. */
    describe(side: Side, { streams, mids, layout }: PartyDescription): void {
        const [{ iceUfrag: ufrag }] = streams;
        if (ufrag === undefined) return;
        this.#given[side] = 0;
        this.#keep(side, beginGeneration(this.#inboxes[side], { ufrag, mids, lineIndexes: layout.carried }));
    }

    take(side: Side, candidates: readonly IceCandidate[]): void {
        const { current } = this.#inboxes[side];
        if (current !== undefined || this.#kinds[side] === "webrtc") {
            this.#keep(side, sortCandidates(this.#inboxes[side], candidates));
            return;
        }
        // a party without late candidates may still signal their end
        for (const _ of candidates.filter((each) => !isEndOfCandidates(each)))
            this.#telemetry.dropped("media", "foreignCandidate");
    }

    /** Whether there are candidates that were not given out before. */
    hasNews(side: Side): boolean {
        return this.#inboxes[side].taken.length !== this.#given[side];
    }

    /** What the side said, with every candidate since; undefined if there is none that was not given out before. */
    news(side: Side, said: PartyDescription): PartyDescription | undefined {
        if (!this.hasNews(side)) return undefined;
        const { taken } = this.#inboxes[side];
        this.#given[side] = taken.length;
        return withMoreCandidates(said, taken);
    }

    #keep(side: Side, sorted: Sorted): void {
        this.#inboxes[side] = sorted.inbox;
        for (const reason of sorted.drops) this.#telemetry.dropped("media", reason);
    }
}
