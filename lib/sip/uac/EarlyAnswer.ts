import type { CallId, Sdp } from "../../call/vocabulary.ts";
import type { LegReport } from "../../ports/CallLeg.ts";
import type { CallRecorder } from "../../ports/CallRecorder.ts";
import type { Clock } from "../../ports/Clock.ts";
import { isSameSession } from "../../sdp/readDescription.ts";
import type { SipTrunk } from "../SipTrunk.ts";
import { reportAnswered } from "../reportEndOfCandidates.ts";

export interface EarlyAnswerParts {
    readonly callId: CallId;
    /** As of the target. */
    readonly mayAnswerEarly?: true | undefined;
    readonly clock: Clock;
    readonly recorder?: Pick<CallRecorder, "note">;
    readonly report: LegReport;
}

/** How long early media may last without an answer (RFC 3261, section 16.6, timer C), in ms. */
const LONGEST_EARLY_MS = 180_000;

type State =
    | { readonly phase: "none" }
    /** The caller was connected with this session of a provisional response. */
    | { readonly phase: "waiting"; readonly sdp: Sdp; readonly stopTimer: () => void }
    | { readonly phase: "over" };

/**
 * Connects a caller with the early media of a call, so that announcements and the network's own ringback are heard: for trunks
 * with `earlyMedia: answer`. The record of the call counts it as answered only with the 2xx.
 */
export class EarlyAnswer {
    readonly #parts: EarlyAnswerParts;
    #state: State = { phase: "none" };

    constructor(parts: EarlyAnswerParts) {
        this.#parts = parts;
    }

    /**
     * A provisional response came, with this session if any. Of several sessions the first one counts. `onTooLong` is called if
     * no answer follows in time.
     */
    begin({ earlyMedia }: Pick<SipTrunk, "earlyMedia">, sdp: Sdp | undefined, onTooLong: () => void): void {
        const isWanted = this.#parts.mayAnswerEarly === true && earlyMedia === "answer";
        if (!isWanted || sdp === undefined || this.#state.phase !== "none") return;
        const { callId, clock, recorder, report } = this.#parts;
        this.#state = { phase: "waiting", sdp, stopTimer: clock.startTimer(LONGEST_EARLY_MS, onTooLong) };
        recorder?.note(callId, { kind: "earlyAnswer", state: "waiting" });
        reportAnswered(sdp, report);
    }

    /** The callee answered with this session. `onOther` is called if the caller is connected with another one. */
    complete(sdp: Sdp, onOther: (sdp: Sdp) => void): void {
        const before = this.#state;
        this.stop();
        if (before.phase !== "waiting") return reportAnswered(sdp, this.#parts.report);
        this.#parts.recorder?.note(this.#parts.callId, { kind: "earlyAnswer", state: "answered" });
        if (!isSameSession(before.sdp, sdp)) onOther(sdp);
    }

    /** The call is answered or over. */
    stop(): void {
        if (this.#state.phase === "waiting") this.#state.stopTimer();
        this.#state = { phase: "over" };
    }
}
