import type { IceCandidate, Side } from "../call/vocabulary.ts";
import type { MediaKind } from "../ports/MediaProxy.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import { beginGeneration, EMPTY_INBOX, sortCandidates, type CandidateInbox, type Sorted } from "./CandidateInbox.ts";
import type { PartyDescription } from "./sdp/PartyDescription.ts";
import { trickleFragment } from "./trickleFragment.ts";

/** Takes in both parties' candidates and gives out trickle fragments. What it drops is counted. */
export class CandidateFeed {
    readonly #telemetry: Telemetry;
    readonly #kinds: Readonly<Record<Side, MediaKind>>;
    readonly #inboxes: Record<Side, CandidateInbox> = { origin: EMPTY_INBOX, target: EMPTY_INBOX };
    readonly #said: Partial<Record<Side, PartyDescription>> = {};

    constructor(telemetry: Telemetry, kinds: Readonly<Record<Side, MediaKind>>) {
        this.#telemetry = telemetry;
        this.#kinds = kinds;
    }

    /** The engine has a new description of this side: gives the fragment of those that waited for it. */
    describe(side: Side, said: PartyDescription): string | undefined {
        this.#said[side] = said;
        const ufrag = said.section.iceUfrag;
        if (ufrag === undefined) return undefined;
        const { mids, layout } = said;
        return this.#keep(side, beginGeneration(this.#inboxes[side], { ufrag, mids, lineIndex: layout.carried }));
    }

    /** The fragment for candidates that came in; undefined if none of them is for the engine now. */
    take(side: Side, candidates: readonly IceCandidate[]): string | undefined {
        const kind = this.#said[side]?.kind ?? this.#kinds[side];
        if (kind === "webrtc") return this.#keep(side, sortCandidates(this.#inboxes[side], candidates));
        for (const _ of candidates) this.#telemetry.dropped("media", "foreignCandidate");
        return undefined;
    }

    #keep(side: Side, sorted: Sorted): string | undefined {
        this.#inboxes[side] = sorted.inbox;
        for (const reason of sorted.drops) this.#telemetry.dropped("media", reason);
        const said = this.#said[side];
        return said === undefined ? undefined : trickleFragment(said.section, sorted.lines, sorted.end);
    }
}
