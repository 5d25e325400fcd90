import type { CallEvent, Hold } from "../call/CallEvent.ts";
import type { CallPolicy } from "../call/CallPolicy.ts";
import type { CallState } from "../call/CallState.ts";
import { type CallId, type EndCause, type LegId, ORIGIN, type Side, targetLeg } from "../call/vocabulary.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { CallParty } from "../numbering/partyText.ts";
import type { CallLeg, LegReport, ShownParty, TargetLeg, TransferTarget } from "../ports/CallLeg.ts";
import type { CallJournal, CallSnapshot } from "../ports/CallJournal.ts";
import type {
    CallIntake,
    CallRequest,
    CallTarget,
    Diallers,
    Network,
    PlaceTarget,
    ResumedCall,
    Resumers,
} from "../ports/CallIntake.ts";
import type { PartyRecord } from "../ports/LegRecord.ts";
import { type CallParties, partiesOf } from "../ports/CallParties.ts";
import type { CallPlaces } from "../ports/CallPlaces.ts";
import type { CallRecorder } from "../ports/CallRecorder.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import type { MediaProxy, MediaRequest, VideoPermission } from "../ports/MediaProxy.ts";
import { settlesWithin } from "../ports/settlesWithin.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import { CallActor } from "./CallActor.ts";
import type { CallParts, CallWatcher, TransferDesk } from "./CallParts.ts";
import { CallKeeper } from "./CallKeeper.ts";
import { type OpenCall, OpenCalls } from "./OpenCalls.ts";
import { ringPlanOf } from "./ringPlanOf.ts";
import { CallTransfers, type TransferParts } from "./transfer/CallTransfers.ts";
import { noTransfers } from "./transfer/noTransfers.ts";
import { ResumedLinks } from "./transfer/ResumedLinks.ts";
import { TakenPlaces } from "./transfer/TakenPlaces.ts";

export interface DeskOptions {
    readonly clock: Clock;
    readonly log: Log;
    readonly telemetry: Pick<Telemetry, "eventIgnored" | "endUndelivered">;
    readonly recorder: CallRecorder;
    readonly media: MediaProxy;
    /** Keeps calls for the next run of the bridge; without it they end with this one. */
    readonly journal?: CallJournal;
    /** Calls at the same time; more are rejected with `serviceUnavailable`. */
    readonly maxCalls: number;
    /** How long a leg or a media session can take over one effect before it counts as failed, in ms. */
    readonly effectTimeoutMs: number;
}

/** Opens calls, knows the active ones, and ends them all when the bridge stops. */
export class CallDesk implements CallIntake, CallPlaces {
    readonly #options: DeskOptions;
    readonly #calls = new OpenCalls();
    /** Check the calls of the previous run for whether they go on. */
    readonly #resumed: (() => void)[] = [];
    #diallers: Diallers | "not connected" | "stopping" = "not connected";
    #transfers: TransferParts | undefined;
    readonly #places = new TakenPlaces((leg) => this.#calls.of(leg));

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
        const { log, recorder, maxCalls, media } = this.#options;
        const diallers = this.#diallers;
        if (typeof diallers === "string") return { refused: "serviceUnavailable" };
        if (this.#calls.active >= maxCalls) {
            log.warn("call rejected: calls.maxCalls reached", { callId: request.callId, maxCalls });
            recorder.rejected({ callId: request.callId, parties: partiesOf(request), reason: "too_many_calls" });
            return { refused: "serviceUnavailable" };
        }
        const { callId, origin, originMedia, originVideo, offer, policy } = request;
        recorder.started(callId, request);
        const { plan, targets } = ringPlanOf(request, diallers);
        const targetOf = (leg: LegId): CallTarget => targets.get(leg) ?? request.ring[0].targets[0];
        const mediaOf = (leg: LegId): CallMedia => ({
            transports: { origin: originMedia, target: targetOf(leg).media },
            ...videoOf(originVideo, targetOf(leg)),
        });
        const parties = partiesOf(request);
        const parts = this.#partsFor({ callId, parties, policy, mediaOf }, () => actor);
        const actor: CallActor = CallActor.open(
            parts,
            {
                origin,
                dial: (leg, report) => this.#dial(diallers, { callId, leg }, targetOf(leg), report),
                openMedia: (leg, report, digits) =>
                    media.open(mediaRequest({ callId, leg }, { ...mediaOf(leg), digits }), report),
            },
            { policy, plan, offer },
        );
        const networkOf = (leg: LegId): Network | undefined => {
            const network = targets.get(leg)?.network;
            return network === "call" ? undefined : network;
        };
        const pickUp = (by: PlaceTarget): void => {
            const leg = targetLeg(targets.size + 1);
            targets.set(leg, by);
            actor.tell({ kind: "pickUpRequested", leg });
        };
        this.#calls.set(callId, { actor, parties, networkOf, pickUp });
        return { report: (event) => actor.tellOfLeg(ORIGIN, event) };
    }

    /** Ends a call for both parties. Has no effect on one that has ended. */
    end(callId: CallId, cause: EndCause): void {
        this.#calls.get(callId)?.actor.hangUp(cause);
    }

    /** Presses keys for the Matrix user of a connected call. Resolves to whether the other party was sent all of them. */
    async sendDigits(callId: string, digits: string): Promise<"done" | "failed"> {
        const connected = this.#calls.matrixLegOf(callId);
        return connected === undefined ? "failed" : await connected.actor.press(connected.leg, digits);
    }

    /** Holds or resumes a connected call for its Matrix user. Resolves to whether it is so, or the other party is being asked. */
    async hold(callId: string, hold: Hold): Promise<"done" | "failed"> {
        const connected = this.#calls.matrixLegOf(callId);
        if (connected?.actor.state.phase !== "connected") return "failed";
        const { actor, leg } = connected;
        actor.tell({ kind: "holdCommanded", leg, hold });
        await actor.settled();
        return stateOfHold(actor.state, leg) === hold ? "done" : "failed";
    }

    /**
     * Goes on with the calls of the previous run. Called once, before the adapters connect to their networks, so that nothing
     * that a party does in the meantime is lost. `endInterrupted` has to follow.
     */
    resume(records: readonly CallSnapshot[], resumers: Resumers): readonly OpenedCall[] {
        const links = new ResumedLinks();
        const calls = records.map((record) => this.#resume(record, resumers, links));
        this.#resumed.push(() => links.endUnpaired());
        return calls;
    }

    /** Ends the calls of the previous run that were not connected. Called once, when the SIP side can send. */
    endInterrupted(): void {
        for (const check of this.#resumed.splice(0)) check();
    }

    /**
     * Ends every call that is not connected, as `stop`, and then leaves the connected ones to the next run, or ends them as well
     * if that is no longer wanted. Resolves to how many calls go on.
     */
    async handOver(withinMs: number, isWanted: () => boolean): Promise<number> {
        if (isWanted() && this.#options.journal !== undefined) {
            await this.#end(({ actor }) => !actor.canBeHandedOver, withinMs);
            const kept = isWanted() ? [...this.#calls].filter(([, { actor }]) => actor.handOver()) : [];
            for (const [callId] of kept) this.#calls.delete(callId);
            if (kept.length > 0) return kept.length;
        }
        await this.stop(withinMs);
        return 0;
    }

    /** Transfers a connected call for its Matrix user, who leaves it when the target answers. */
    transfer(callId: string, user: MatrixUserId, to: TransferTarget): "placed" | "rejected" {
        const connected = this.#calls.matrixLegOf(callId);
        if (connected === undefined) return "rejected";
        return connected.actor.transfer(connected.leg, { by: { kind: "user", user }, to });
    }

    partnerOf(leg: CallLeg): CallParty | undefined {
        return this.#calls.partnerOf(leg);
    }

    /** Ends every call, tells both parties of each, and resolves when that is done or `withinMs` have passed. */
    async stop(withinMs: number): Promise<void> {
        await this.#end(() => true, withinMs);
    }

    async #end(isMeant: (call: OpenCall) => boolean, withinMs: number): Promise<void> {
        this.#diallers = "stopping";
        const settled = [...this.#calls.values()].filter(isMeant).map(async ({ actor }) => {
            actor.tell({ kind: "bridgeStopping" });
            await actor.settled();
        });
        const { clock, log } = this.#options;
        const isInTime = await settlesWithin(Promise.all(settled), withinMs, clock);
        if (!isInTime) log.warn("calls not ended in time", { calls: this.#calls.size });
    }

    #resume(snapshot: CallSnapshot, resumers: Resumers, links: ResumedLinks): OpenedCall {
        const { callId, state, parties, notes, legs, media } = snapshot;
        const { recorder, media: proxy } = this.#options;
        const answeredAt = "answeredAt" in state ? state.answeredAt : undefined;
        recorder.resumed(callId, { parties, startedAt: state.openedAt, answeredAt, notes });
        const sessions = new Map(
            media.map(({ leg, transports, video }) => [leg, { transports, ...(video && { video }) }]),
        );
        const unknown = { transports: { origin: "rtp", target: "rtp" } } as const;
        const mediaOf = (leg: LegId): CallMedia => sessions.get(leg) ?? unknown;
        const parts = this.#partsFor({ callId, parties, policy: state.policy, mediaOf }, () => actor);
        const actor: CallActor = CallActor.resume(parts, snapshot, {
            resumeLeg: (leg, record, report) => resumeLeg(resumers, { callId, leg }, record, report),
            resumeLink: (record) => links.resume(record),
            resumeMedia: ({ leg, record }, report, digits) =>
                proxy.resume(mediaRequest({ callId, leg }, { ...mediaOf(leg), digits }), record, report),
        });
        const networks = new Map(
            legs.flatMap(({ leg, record }) => (record.network === "link" ? [] : [[leg, record.network]])),
        );
        const networkOf = (leg: LegId): Network | undefined => (leg === ORIGIN ? undefined : networks.get(leg));
        this.#calls.set(callId, { actor, parties, networkOf });
        if (state.phase === "ended") recorder.ended(callId, state.cause, partyOf(state, state.by));
        this.#resumed.push(() => {
            actor.endIfInterrupted();
            if (state.phase === "ended") void this.#forget(callId, actor, parts.keeper);
        });
        return { callId, parties };
    }

    #partsFor(
        { callId, parties, policy, mediaOf }: DeskCall,
        actor: () => CallActor,
    ): CallParts & { readonly keeper: CallKeeper } {
        const { clock, log: deskLog, recorder, journal, effectTimeoutMs } = this.#options;
        const log = deskLog.child({ callId });
        const snapshot = (): CallSnapshot => {
            const { media, ...rest } = actor().snapshot();
            const sessions = media.map((each) => ({ ...each, ...mediaOf(each.leg) }));
            return { callId, parties, notes: recorder.notesOf(callId), ...rest, media: sessions };
        };
        const keeper = new CallKeeper({ callId, journal, clock, log, snapshot });
        const watcher = this.#watch(callId, log, keeper, actor);
        const transfers = this.#transfersOf(parties, policy, log, actor);
        const identityOf = (leg: LegId): ShownParty | undefined => identityIn(parties, leg);
        return { clock, log, keeper, effectTimeoutMs, watcher, transfers, identityOf };
    }

    #dial(diallers: Diallers, { callId, leg }: ResumedCall, target: CallTarget, report: LegReport): TargetLeg {
        switch (target.network) {
            case "matrix":
                return diallers.matrix.dial(callId, target, report, leg);
            case "sip":
                return diallers.sip.dial(callId, target, report, leg);
            case "phone":
                return diallers.phone.dial(callId, target, report, leg);
            case "call":
                return this.#places.dial(callId, leg, target, report);
        }
    }

    /** A call can be older than the connection to what places transfers. */
    #transfersOf(parties: CallParties, policy: CallPolicy, log: Log, actor: () => CallActor): TransferDesk {
        let transfers: TransferDesk | undefined;
        const actorOf = (leg: CallLeg): CallActor | undefined => this.#calls.of(leg)?.actor;
        const make = (): TransferDesk =>
            this.#transfers === undefined
                ? noTransfers(actor)
                : new CallTransfers({ ...this.#transfers, policy, log, parties, actor, actorOf });
        return {
            place: (by, request) => (transfers ??= make()).place(by, request),
            placeInstead: (cause) => (transfers ??= make()).placeInstead(cause),
            cancel: () => transfers?.cancel(),
        };
    }

    #watch(callId: CallId, log: Log, keeper: CallKeeper, actor: () => CallActor): CallWatcher {
        const { recorder, telemetry } = this.#options;
        return {
            moved: (from: CallState, to: CallState) => {
                if (to.phase === "alerting" && to.progress === "ringing") recorder.ringing(callId);
                if (to.phase === from.phase) return;
                log.debug("call state changed", { state: to.phase });
                if (from.phase === "answering" && to.phase !== "ended") {
                    recorder.answered(callId);
                    void this.#places.answered(callId, actor());
                }
                if (to.phase !== "ended") return;
                this.#calls.ended(callId);
                this.#places.ended(callId);
                recorder.ended(callId, to.cause, partyOf(from, to.by));
                void this.#forget(callId, actor(), keeper);
            },
            ignored: (state: CallState, event: CallEvent) => telemetry.eventIgnored(state.phase, event.kind),
            endUndelivered: (leg: LegId) => telemetry.endUndelivered(leg === ORIGIN ? "caller" : "callee"),
        };
    }

    async #forget(callId: CallId, actor: CallActor, keeper: CallKeeper): Promise<void> {
        // the watcher runs before the last effects are queued: settle after this turn
        await Promise.resolve();
        await actor.settled();
        this.#calls.delete(callId);
        keeper.over();
        this.#options.recorder.settled(callId);
    }
}

type CallMedia = Pick<MediaRequest, "transports" | "video">;

/** The media session of a called leg. That of the first one has the call's own name. */
function mediaRequest({ callId, leg }: ResumedCall, media: Omit<MediaRequest, "callId" | "leg">): MediaRequest {
    return { callId, ...(leg !== targetLeg(1) && { leg }), ...media };
}

/** What the desk has to know of a call, whichever run of the bridge began it. */
interface DeskCall {
    readonly callId: CallId;
    readonly parties: CallParties;
    readonly policy: CallPolicy;
    readonly mediaOf: (leg: LegId) => CallMedia;
}

/** A call of the previous run, for those who watch over calls. */
export interface OpenedCall {
    readonly callId: CallId;
    readonly parties: CallParties;
}

function resumeLeg(resumers: Resumers, call: ResumedCall, record: PartyRecord, report: LegReport): CallLeg | undefined {
    switch (record.network) {
        case "sip":
            return resumers.sip.resume(call, record, report);
        case "matrix":
            return resumers.matrix.resume(call, record, report);
    }
}

/** Who the party of a leg is for the other party; a phone is not named by its account. */
function identityIn({ caller, callee }: CallParties, leg: LegId): ShownParty | undefined {
    const party = leg === ORIGIN ? caller : callee;
    return party.kind === "phone" ? undefined : party;
}

/** Who ended the call: another call stands for the party whose place it has taken. */
function partyOf(before: CallState, by: LegId | "bridge"): Side | "bridge" {
    if (by === "bridge") return "bridge";
    return by === ORIGIN || ("origin" in before && before.origin === by) ? "origin" : "target";
}

/** A call can have video if both parties can. */
function videoOf(origin: VideoPermission | undefined, { video }: CallTarget): Pick<MediaRequest, "video"> {
    return origin === undefined || video === undefined ? {} : { video };
}

/** What a command has achieved. A party that is asked now cannot prevent it: the media server answers in its place. */
function stateOfHold(state: CallState, leg: LegId): Hold | undefined {
    if (!("heldBy" in state)) return undefined;
    const isHeld = state.heldBy.includes(leg);
    const isChanging = state.phase === "changing" && state.proposedBy === "command" && state.by === leg;
    return isHeld === isChanging ? "talks" : "holds";
}
