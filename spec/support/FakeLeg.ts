import type { TransferProgress } from "../../lib/call/CallEffect.ts";
import type { EndCause, Sdp } from "../../lib/call/vocabulary.ts";
import type { LegRecord } from "../../lib/ports/LegRecord.ts";
import type {
    LegAbility,
    LegEvent,
    LegReport,
    OriginLeg,
    PictureSource,
    Referrer,
    ShownParty,
    TargetLeg,
} from "../../lib/ports/CallLeg.ts";
import type { Told } from "./legs/LegWorld.ts";

type EffectMethod = Exclude<keyof OriginLeg | keyof TargetLeg, "abilities" | "snapshot" | "pictures" | "referrer">;

/** What the party has of the call. `unknown`: nothing yet. */
type FakeState =
    | { readonly phase: "unknown" | "early" | "over" }
    | { readonly phase: "connected"; readonly offer: "none" | "partys" | "ours" };

/**
 * A leg without a network, which passes the contract of all legs. It accepts every effect, unless the spec made it fail at one. What
 * the party does is reported by `says`.
 */
export class FakeLeg implements OriginLeg, TargetLeg {
    /** What it was told, in order: `offer <sdp>`, `ring`, `accept <sdp>`, `end busy`, … */
    readonly told: string[] = [];
    /** What has reached the party. */
    readonly sent: Told[] = [];
    readonly abilities = new Set<LegAbility>(["reoffer"]);
    /** For a party that is asked to carry out transfers. */
    referrer: Referrer | undefined;
    /** For a party that is asked for pictures in its signalling. */
    pictures: PictureSource | undefined;
    /** What it says of itself to the journal. */
    record: LegRecord | undefined;
    #state: FakeState = { phase: "unknown" };
    #report: LegReport = () => undefined;
    readonly #failures = new Map<string, Error>();
    readonly #stalled = new Set<string>();

    /** The call that receives what the party does. Returns `says`. */
    reportsTo(report: LegReport): LegReport {
        this.#report = report;
        return (event) => this.says(event);
    }

    /** The party has called, or has answered, without an effect of this leg. */
    is(phase: "early" | "connected"): this {
        this.#state = phase === "early" ? { phase } : { phase, offer: "none" };
        return this;
    }

    /** The party does something. Nothing is reported after the end. */
    says(event: LegEvent): void {
        if (this.#state.phase === "over") return;
        switch (event.kind) {
            case "ended":
                this.#state = { phase: "over" };
                break;
            case "answered":
            case "offerAnswered":
            case "offerRejected":
                this.is("connected");
                break;
            case "offered":
                this.#state = { phase: "connected", offer: "partys" };
                break;
            default:
        }
        this.#report(event);
    }

    /** From now on, this method rejects with `error`. */
    failAt(method: EffectMethod, error: Error): void {
        this.#failures.set(method, error);
    }

    /** From now on, this method never resolves. */
    stallAt(method: EffectMethod): void {
        this.#stalled.add(method);
    }

    async offer(sdp: Sdp): Promise<void> {
        await this.#take("offer", sdp);
        if (this.#state.phase !== "unknown") return;
        this.is("early");
        this.sent.push("offer");
    }

    async ring(): Promise<void> {
        await this.#take("ring");
        if (!this.sent.includes("ringing")) this.sent.push("ringing");
    }

    async accept(sdp: Sdp): Promise<void> {
        await this.#take("accept", sdp);
        this.is("connected");
        this.sent.push("answer");
    }

    async answerOffer(sdp: Sdp): Promise<void> {
        await this.#take("answerOffer", sdp);
        this.#conclude("newAnswer");
    }

    async rejectOffer(cause: EndCause): Promise<void> {
        await this.#take("rejectOffer", cause);
        this.#conclude("rejection");
    }

    async postponeOffer(): Promise<void> {
        await this.#take("postponeOffer");
        this.#conclude("postponement");
    }

    async reoffer(sdp: Sdp): Promise<void> {
        await this.#take("reoffer", sdp);
        if (this.#state.phase !== "connected") return;
        this.#state = { phase: "connected", offer: "ours" };
        this.sent.push("newOffer");
    }

    check(): Promise<void> {
        return this.#take("check");
    }

    async withdrawOffer(): Promise<void> {
        await this.#take("withdrawOffer");
        if (this.#state.phase === "connected" && this.#state.offer === "ours") this.is("connected");
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
        return this.#state.phase === "over" ? undefined : this.record;
    }

    async end(cause: EndCause): Promise<void> {
        await this.#take("end", cause);
        if (this.#state.phase !== "unknown" && this.#state.phase !== "over") this.sent.push("end");
        this.#state = { phase: "over" };
    }

    #conclude(told: Told): void {
        if (this.#state.phase !== "connected" || this.#state.offer !== "partys") return;
        this.is("connected");
        this.sent.push(told);
    }

    async #take(method: string, detail?: string): Promise<void> {
        this.told.push(detail === undefined ? method : `${method} ${detail}`);
        if (this.#stalled.has(method)) await new Promise<never>(() => undefined);
        const failure = this.#failures.get(method);
        if (failure !== undefined) throw failure;
    }
}
