import type { TransferProgress } from "../../lib/call/CallEffect.ts";
import type { EndCause, Sdp } from "../../lib/call/vocabulary.ts";
import type { LegRecord } from "../../lib/ports/LegRecord.ts";
import type { LegAbility, OriginLeg, Referrer, ShownParty, TargetLeg } from "../../lib/ports/CallLeg.ts";

type EffectMethod = Exclude<keyof OriginLeg | keyof TargetLeg, "abilities" | "snapshot">;

/** A party that accepts every effect, unless the spec made it fail at one. */
export class FakeLeg implements OriginLeg, TargetLeg {
    /** What it was told, in order: `offer <sdp>`, `ring`, `accept <sdp>`, `end busy`, … */
    readonly told: string[] = [];
    readonly abilities = new Set<LegAbility>(["reoffer"]);
    /** For a party that is asked to carry out transfers. */
    referrer: Referrer | undefined;
    /** What it says of itself to the journal. */
    record: LegRecord | undefined;
    readonly #failures = new Map<string, Error>();
    readonly #stalled = new Set<string>();

    /** From now on, this method rejects with `error`. */
    failAt(method: EffectMethod, error: Error): void {
        this.#failures.set(method, error);
    }

    /** From now on, this method never resolves. */
    stallAt(method: EffectMethod): void {
        this.#stalled.add(method);
    }

    offer(sdp: Sdp): Promise<void> {
        return this.#take("offer", sdp);
    }

    ring(): Promise<void> {
        return this.#take("ring");
    }

    accept(sdp: Sdp): Promise<void> {
        return this.#take("accept", sdp);
    }

    answerOffer(sdp: Sdp): Promise<void> {
        return this.#take("answerOffer", sdp);
    }

    rejectOffer(cause: EndCause): Promise<void> {
        return this.#take("rejectOffer", cause);
    }

    postponeOffer(): Promise<void> {
        return this.#take("postponeOffer");
    }

    reoffer(sdp: Sdp): Promise<void> {
        return this.#take("reoffer", sdp);
    }

    check(): Promise<void> {
        return this.#take("check");
    }

    withdrawOffer(): Promise<void> {
        return this.#take("withdrawOffer");
    }

    reportTransfer(progress: TransferProgress): Promise<void> {
        const detail = progress.stage === "failed" ? `failed ${progress.cause}` : progress.stage;
        return this.#take("transfer", detail);
    }

    showParty(party: ShownParty): Promise<void> {
        return this.#take("showParty", "displayName" in party ? party.displayName : party.kind);
    }

    sendDigits(digits: string): Promise<void> {
        return this.#take("sendDigits", digits);
    }

    snapshot(): LegRecord | undefined {
        return this.record;
    }

    end(cause: EndCause): Promise<void> {
        return this.#take("end", cause);
    }

    async #take(method: string, detail?: string): Promise<void> {
        this.told.push(detail === undefined ? method : `${method} ${detail}`);
        if (this.#stalled.has(method)) await new Promise<never>(() => undefined);
        const failure = this.#failures.get(method);
        if (failure !== undefined) throw failure;
    }
}
