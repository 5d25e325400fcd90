import type { CallEvent } from "../call/CallEvent.ts";
import type { CallState } from "../call/CallState.ts";
import type { CallId, EndCause } from "../call/vocabulary.ts";
import type {
    CallIntake,
    CallRequest,
    CallTarget,
    LegDialler,
    MatrixTarget,
    PhoneTarget,
    SipTarget,
} from "../ports/CallIntake.ts";
import { partiesOf } from "../ports/CallParties.ts";
import type { CallRecorder } from "../ports/CallRecorder.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import type { MediaProxy, MediaReport, MediaSession } from "../ports/MediaProxy.ts";
import type { LegReport, SignallingLeg } from "../ports/SignallingLeg.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import { CallActor, type CallWatcher } from "./CallActor.ts";
import { ForkedTarget } from "./ForkedTarget.ts";

export interface DeskOptions {
    readonly clock: Clock;
    readonly log: Log;
    readonly telemetry: Pick<Telemetry, "eventIgnored">;
    readonly recorder: CallRecorder;
    readonly media: MediaProxy;
    /** Calls at once; more are refused with `serviceUnavailable`. */
    readonly maxCalls: number;
    /** How long a peer may take over one order before it counts as failed, in ms. */
    readonly orderTimeoutMs: number;
}

export interface Diallers {
    readonly matrix: LegDialler<MatrixTarget>;
    readonly sip: LegDialler<SipTarget>;
    readonly phone: LegDialler<PhoneTarget>;
}

/** What a call needs of whom it is for: one, or several that are rung at once. */
interface Target {
    readonly leg: SignallingLeg;
    readonly media: MediaSession;
}

interface TargetReports {
    readonly leg: LegReport;
    readonly media: MediaReport;
}

/** The switchboard: opens calls, knows the live ones, and ends them all when the bridge stops. */
export class CallDesk implements CallIntake {
    readonly #options: DeskOptions;
    readonly #actors = new Set<CallActor>();
    #diallers: Diallers | "none yet" | "stopping" = "none yet";

    constructor(options: DeskOptions) {
        this.#options = options;
    }

    /** Opens for calls. Called once by the composition root, when the adapters that place calls stand. */
    connect(diallers: Diallers): void {
        this.#diallers = diallers;
    }

    /** Calls that are not over, and ended ones that still have orders under way. */
    get calls(): number {
        return this.#actors.size;
    }

    open(request: CallRequest): { readonly report: LegReport } | { readonly refused: EndCause } {
        const { clock, log, recorder, maxCalls, orderTimeoutMs } = this.#options;
        const diallers = this.#diallers;
        if (typeof diallers === "string") return { refused: "serviceUnavailable" };
        if (this.#actors.size >= maxCalls) {
            log.warn("call rejected: calls.maxCalls reached", { callId: request.callId, maxCalls });
            recorder.rejected({ callId: request.callId, parties: partiesOf(request.target), reason: "too_many_calls" });
            return { refused: "serviceUnavailable" };
        }
        const callLog = log.child({ callId: request.callId });
        recorder.started(request.callId, request);
        const target = this.#target(diallers, request, callLog, {
            leg: (fact) => actor.tellOfLeg("target", fact),
            media: (fact) => actor.tell(fact),
        });
        const actor: CallActor = new CallActor(
            {
                legs: { origin: request.origin, target: target.leg },
                media: target.media,
                clock,
                log: callLog,
                watcher: this.#watch(request.callId, callLog, () => actor),
                orderTimeoutMs,
            },
            request,
        );
        this.#actors.add(actor);
        return { report: (fact) => actor.tellOfLeg("origin", fact) };
    }

    /** Ends every call, tells both parties of each, and resolves when that is done or `withinMs` have passed. */
    async stop(withinMs: number): Promise<void> {
        this.#diallers = "stopping";
        const settled = [...this.#actors].map(async (actor) => {
            actor.tell({ kind: "bridgeStopping" });
            await actor.settled();
        });
        let cancel = (): void => undefined;
        const deadline = new Promise<"late">((resolve) => {
            cancel = this.#options.clock.startTimer(withinMs, () => resolve("late"));
        });
        const outcome = await Promise.race([Promise.all(settled), deadline]);
        cancel();
        if (outcome === "late") this.#options.log.warn("calls not ended in time", { calls: this.#actors.size });
    }

    #target(diallers: Diallers, request: CallRequest, log: Log, reports: TargetReports): Target {
        const { media, orderTimeoutMs } = this.#options;
        const { callId, originMedia, target, alsoRing = [] } = request;
        const kindsOf = ({ media: kind }: CallTarget) => ({ origin: originMedia, target: kind });
        if (alsoRing.length === 0) {
            return {
                leg: dial(diallers, callId, target, reports.leg),
                media: media.open({ callId, transports: kindsOf(target) }, reports.media),
            };
        }
        return new ForkedTarget({
            branches: [target, ...alsoRing].map((branch, index) => ({
                dial: (report) => dial(diallers, callId, branch, report),
                // the media of each branch is a call of its own for the media proxy
                openMedia: (report) =>
                    media.open({ callId: `${callId}b${index}` as CallId, transports: kindsOf(branch) }, report),
            })),
            report: reports.leg,
            reportMedia: reports.media,
            log,
            orderTimeoutMs,
        });
    }

    #watch(callId: CallId, log: Log, actor: () => CallActor): CallWatcher {
        const { recorder, telemetry } = this.#options;
        return {
            moved: (from: CallState, to: CallState) => {
                if (to.phase === "alerting" && to.progress === "ringing") recorder.ringing(callId);
                if (to.phase === from.phase) return;
                log.debug("call state changed", { state: to.phase });
                if (to.phase === "connected" && from.phase === "answering") recorder.answered(callId);
                if (to.phase !== "ended") return;
                recorder.ended(callId, to.cause, to.by);
                void this.#forget(callId, actor());
            },
            ignored: (state: CallState, event: CallEvent) => telemetry.eventIgnored(state.phase, event.kind),
        };
    }

    async #forget(callId: CallId, actor: CallActor): Promise<void> {
        // the watcher runs before the last effects are posted: settle after this turn
        await Promise.resolve();
        await actor.settled();
        this.#actors.delete(actor);
        this.#options.recorder.settled(callId);
    }
}

function dial(diallers: Diallers, callId: CallId, target: CallTarget, report: LegReport): SignallingLeg {
    switch (target.network) {
        case "matrix":
            return diallers.matrix.dial(callId, target, report);
        case "sip":
            return diallers.sip.dial(callId, target, report);
        case "phone":
            return diallers.phone.dial(callId, target, report);
    }
}
