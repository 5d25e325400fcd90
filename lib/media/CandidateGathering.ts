import type { IceCandidate, Sdp } from "../call/vocabulary.ts";
import type { Clock } from "../ports/Clock.ts";
import { hasAllCandidates, usesIce } from "../sdp/readDescription.ts";
import { isEndOfCandidates, readCandidate, type CandidateFault } from "../sdp/candidateLine.ts";

/** More than any browser finds. */
const MAX_CANDIDATES = 100;

/** Why candidates were dropped. Words for `Telemetry.dropped`. */
export type GatheringDrop = CandidateFault | "lateCandidate" | "tooManyCandidates";

type Gathering =
    /** `stopWaiting` does nothing unless somebody waits. */
    | { readonly phase: "gathering"; readonly stopWaiting: () => void }
    /** The party said that it has found all there are. */
    | { readonly phase: "complete" }
    /** Its description was passed on: later candidates reach no party. */
    | { readonly phase: "closed" };

const idle = (): void => undefined;

/** Collects the candidates that one party finds after its description, until that goes on with them in it. */
export class CandidateGathering {
    readonly #clock: Clock;
    #found: readonly IceCandidate[] = [];
    #state: Gathering = { phase: "gathering", stopWaiting: idle };

    constructor(clock: Clock) {
        this.#clock = clock;
    }

    /** Gives why candidates were dropped, once for each. */
    take(candidates: readonly IceCandidate[]): readonly GatheringDrop[] {
        const drops = candidates.flatMap((candidate) => this.#takeOne(candidate) ?? []);
        // the waiting description continues with all candidates that came with the end
        if (candidates.some(isEndOfCandidates) && this.#state.phase !== "closed") this.#move({ phase: "complete" });
        return drops;
    }

    /**
     * Resolves to what is to be written into the party's description: every candidate since, and the end of them if the
     * party told it. Waits for that end, or for `withinMs` to pass, or for `close`; there is nothing to wait for if the
     * description is without ICE, or has the end in it. Called once.
     */
    async rest(sdp: Sdp, withinMs: number): Promise<readonly IceCandidate[]> {
        const mayGrow = usesIce(sdp) && !hasAllCandidates(sdp);
        if (mayGrow && this.#state.phase === "gathering") await this.#wait(withinMs);
        const saidEnd = this.#state.phase === "complete";
        this.close();
        return mayGrow && saidEnd ? [...this.#found, { candidate: "" }] : this.#found;
    }

    /** Nothing is collected any more, nor waited for. Safe to call twice. */
    close(): void {
        this.#move({ phase: "closed" });
    }

    #takeOne(candidate: IceCandidate): GatheringDrop | undefined {
        const reading = readCandidate(candidate);
        if (reading.kind === "endOfCandidates") return undefined;
        if (this.#state.phase === "closed") return "lateCandidate";
        if (reading.kind === "unusable") return reading.fault;
        if (this.#found.length >= MAX_CANDIDATES) return "tooManyCandidates";
        this.#found = [...this.#found, candidate];
        return undefined;
    }

    #wait(ms: number): Promise<void> {
        return new Promise((resolve) => {
            const stopTimer = this.#clock.startTimer(ms, resolve);
            const stopWaiting = (): void => {
                stopTimer();
                resolve();
            };
            this.#state = { phase: "gathering", stopWaiting };
        });
    }

    #move(next: Gathering): void {
        if (this.#state.phase === "gathering") this.#state.stopWaiting();
        this.#state = next;
    }
}
