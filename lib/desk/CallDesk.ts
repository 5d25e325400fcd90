import type { CallEvent } from "../call/CallEvent.ts";
import type { CallState } from "../call/CallState.ts";
import type { RingPlan } from "../call/RingPlan.ts";
import { type CallId, type EndCause, type LegId, ORIGIN, type Side, targetLeg } from "../call/vocabulary.ts";
import type { CallLeg, LegReport, TargetLeg } from "../ports/CallLeg.ts";
import type { CallIntake, CallRequest, CallTarget, Diallers, Network } from "../ports/CallIntake.ts";
import { partiesOf } from "../ports/CallParties.ts";
import type { CallRecorder } from "../ports/CallRecorder.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import type { MediaProxy, MediaRequest, VideoPermission } from "../ports/MediaProxy.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import { CallActor, type CallWatcher, type TransferDesk } from "./CallActor.ts";
import { CallTransfers, type TransferParts } from "./transfer/CallTransfers.ts";

export interface DeskOptions {
    readonly clock: Clock;
    readonly log: Log;
    readonly telemetry: Pick<Telemetry, "eventIgnored" | "endUndelivered">;
    readonly recorder: CallRecorder;
    readonly media: MediaProxy;
    /** Calls at the same time; more are rejected with `serviceUnavailable`. */
    readonly maxCalls: number;
    /** How long a leg or a media session can take over one effect before it counts as failed, in ms. */
    readonly effectTimeoutMs: number;
}

interface OpenCall {
    readonly actor: CallActor;
    /** The network of a called leg; undefined for the caller, and for an end of another call. */
    readonly networkOf: (leg: LegId) => Network | undefined;
}

/** Opens calls, knows the active ones, and ends them all when the bridge stops. */
export class CallDesk implements CallIntake {
    readonly #options: DeskOptions;
    readonly #calls = new Map<CallId, OpenCall>();
    #diallers: Diallers | "not connected" | "stopping" = "not connected";
    #transfers: TransferParts | undefined;

    constructor(options: DeskOptions) {
        this.#options = options;
    }

    /**
     * Opens for calls. Called once by the composition root, when the adapters that place calls exist.
     * @param transfers without them, no call is transferred
     */
    connect(diallers: Diallers, transfers?: TransferParts): void {
        this.#diallers = diallers;
        this.#transfers = transfers;
    }

    /** Calls that have not ended, and ended ones whose end is not delivered yet. */
    get calls(): number {
        return this.#calls.size;
    }

    open(request: CallRequest): { readonly report: LegReport } | { readonly refused: EndCause } {
        const { clock, log, recorder, maxCalls, effectTimeoutMs, media } = this.#options;
        const diallers = this.#diallers;
        if (typeof diallers === "string") return { refused: "serviceUnavailable" };
        if (this.#active >= maxCalls) {
            log.warn("call rejected: calls.maxCalls reached", { callId: request.callId, maxCalls });
            recorder.rejected({ callId: request.callId, parties: partiesOf(request), reason: "too_many_calls" });
            return { refused: "serviceUnavailable" };
        }
        const { callId, origin, originMedia, originVideo, offer, policy } = request;
        const callLog = log.child({ callId });
        recorder.started(callId, request);
        const { plan, targets } = planOf(request);
        const targetOf = (leg: LegId): CallTarget => targets.get(leg) ?? request.ring[0].targets[0];
        const actor: CallActor = new CallActor(
            {
                origin,
                dial: (leg, report) => dial(diallers, callId, targetOf(leg), report),
                openMedia: (leg, report) =>
                    media.open(
                        {
                            callId,
                            ...(leg !== targetLeg(1) && { leg }),
                            transports: { origin: originMedia, target: targetOf(leg).media },
                            ...videoOf(originVideo, targetOf(leg)),
                        },
                        report,
                    ),
                clock,
                log: callLog,
                watcher: this.#watch(callId, callLog, () => actor),
                transfers: this.#transfersOf(request, callLog, () => actor),
                effectTimeoutMs,
            },
            { policy, plan, offer },
        );
        this.#calls.set(callId, { actor, networkOf: (leg) => targets.get(leg)?.network });
        return { report: (event) => actor.tellOfLeg(ORIGIN, event) };
    }

    /** Presses keys for the Matrix user of a connected call. Resolves to whether the other party was sent all of them. */
    async sendDigits(callId: string, digits: string): Promise<"done" | "failed"> {
        const call = this.#calls.get(callId as CallId);
        const state = call?.actor.state;
        if (call === undefined || (state?.phase !== "connected" && state?.phase !== "changing")) return "failed";
        const isCallee = call.networkOf(state.target) === "matrix";
        return await call.actor.press(isCallee ? state.target : state.origin, digits);
    }

    /** Ends every call, tells both parties of each, and resolves when that is done or `withinMs` have passed. */
    async stop(withinMs: number): Promise<void> {
        this.#diallers = "stopping";
        const settled = [...this.#calls.values()].map(async ({ actor }) => {
            actor.tell({ kind: "bridgeStopping" });
            await actor.settled();
        });
        let cancel = (): void => undefined;
        const deadline = new Promise<"late">((resolve) => {
            cancel = this.#options.clock.startTimer(withinMs, () => resolve("late"));
        });
        const outcome = await Promise.race([Promise.all(settled), deadline]);
        cancel();
        if (outcome === "late") this.#options.log.warn("calls not ended in time", { calls: this.#calls.size });
    }

    get #active(): number {
        return [...this.#calls.values()].filter(({ actor }) => actor.state.phase !== "ended").length;
    }

    #transfersOf(request: CallRequest, log: Log, actor: () => CallActor): TransferDesk {
        const parts = this.#transfers;
        if (parts === undefined) return NO_TRANSFERS(actor);
        const actorOf = (leg: CallLeg): CallActor | undefined =>
            [...this.#calls.values()].find(({ actor: each }) => each.idOf(leg) !== undefined)?.actor;
        return new CallTransfers({
            ...parts,
            policy: request.policy,
            log,
            parties: partiesOf(request),
            actor,
            actorOf,
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
                if (to.phase === "changing" && from.phase === "answering") recorder.answered(callId);
                if (to.phase !== "ended") return;
                recorder.ended(callId, to.cause, partyOf(from, to.by));
                void this.#forget(callId, actor());
            },
            ignored: (state: CallState, event: CallEvent) => telemetry.eventIgnored(state.phase, event.kind),
            endUndelivered: (leg: LegId) => telemetry.endUndelivered(leg === ORIGIN ? "caller" : "callee"),
        };
    }

    async #forget(callId: CallId, actor: CallActor): Promise<void> {
        // the watcher runs before the last effects are queued: settle after this turn
        await Promise.resolve();
        await actor.settled();
        this.#calls.delete(callId);
        this.#options.recorder.settled(callId);
    }
}

/** The plan in the domain's words, and which target each of its legs is for. */
function planOf({ ring }: CallRequest): {
    readonly plan: RingPlan;
    readonly targets: ReadonlyMap<LegId, CallTarget>;
} {
    const targets = new Map<LegId, CallTarget>();
    const plan = ring.map((step) => {
        const legs = step.targets.map((target) => {
            const leg = targetLeg(targets.size + 1);
            targets.set(leg, target);
            return leg;
        });
        return { legs, forMs: step.forMs };
    });
    return { plan, targets };
}

function dial(diallers: Diallers, callId: CallId, target: CallTarget, report: LegReport): TargetLeg {
    switch (target.network) {
        case "matrix":
            return diallers.matrix.dial(callId, target, report);
        case "sip":
            return diallers.sip.dial(callId, target, report);
        case "phone":
            return diallers.phone.dial(callId, target, report);
    }
}

/** Who ended the call: another call stands for the party whose place it has taken. */
function partyOf(before: CallState, by: LegId | "bridge"): Side | "bridge" {
    if (by === "bridge") return "bridge";
    return by === ORIGIN || ("origin" in before && before.origin === by) ? "origin" : "target";
}

/** For a desk without transfers. */
const NO_TRANSFERS = (actor: () => CallActor): TransferDesk => ({
    place: () => actor().tell({ kind: "transferFailed", cause: "unavailable" }),
    cancel: () => undefined,
});

/** A call can have video if both parties can. */
function videoOf(origin: VideoPermission | undefined, { video }: CallTarget): Pick<MediaRequest, "video"> {
    return origin === undefined || video === undefined ? {} : { video };
}
