import type { CallPolicy } from "../../call/CallPolicy.ts";
import type { CallId, EndCause } from "../../call/vocabulary.ts";
import type { PartyMedia } from "../../ports/MediaProxy.ts";
import type { DialPlan } from "../../numbering/DialPlan.ts";
import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { CallIntake, CallTarget } from "../../ports/CallIntake.ts";
import type { CallRecorder, RejectionReason } from "../../ports/CallRecorder.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Directory } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import type { PhoneBook } from "../../ports/PhoneBook.ts";
import type { CallerNames } from "./CallerNames.ts";
import type { CallEventCommon, CallMessage } from "./callEventContent.ts";
import type { GhostInvitations } from "../ghosts/GhostInvitations.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import type { GhostProfiles } from "../ghosts/GhostProfiles.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";
import type { LegRegistry, RoutedLeg } from "./LegRegistry.ts";
import { MatrixCallerLeg } from "./MatrixCallerLeg.ts";
import { noticeOf } from "./matrixEndCause.ts";
import type { IgnoreReason } from "./matrixLegStep.ts";
import { partyOf } from "./MatrixParty.ts";
import { resolveGlare, type LiveCall } from "./resolveGlare.ts";

export interface OutboundCallsParts {
    readonly names: GhostNames;
    readonly profiles: Pick<GhostProfiles, "ensure">;
    readonly homeserver: Homeserver;
    readonly directory: Directory;
    readonly registry: LegRegistry;
    readonly invitations: Pick<GhostInvitations, "pendingJoin">;
    /** Not set if display names are sent neither to trunks nor to phones. */
    readonly callerNames?: Pick<CallerNames, "nameOf">;
    readonly intake: CallIntake;
    readonly dialPlan: Pick<DialPlan, "whoMayDial">;
    /** The registered phones, if there are accounts. */
    readonly phoneBook?: Pick<PhoneBook, "phonesMeantBy">;
    readonly recorder: Pick<CallRecorder, "note" | "rejected">;
    readonly policy: CallPolicy;
    /** The media of calls to these trunks, of which the first is tried first. */
    readonly mediaOf: (trunks: readonly [string, ...string[]]) => PartyMedia;
    readonly newCallId: () => CallId;
    readonly clock: Pick<Clock, "startTimer">;
    readonly log: Log;
}

/** The fields of an invite that tell whose call it is and for whom. */
type AddressedCall = CallEventCommon & { readonly invitee?: MatrixUserId };

export type Invite = Extract<CallMessage, { readonly kind: "invite" }>;

/** Calls whose ghost is not known or has not joined yet. More at the same time are an attack or an outage. */
const MAX_PENDING = 500;
/** A homeserver delivers what it kept without pauses: the end of a call that is over follows its invite within this time. */
const END_FOLLOWS_MS = 2_000;

/**
 * The caller's client ends its call at the end of the lifetime of its invite. It has this much longer before the bridge ends the call,
 * because the client has disappeared.
 */
const GRACE_MS = 5_000;

/** Opens the calls that Matrix users place to ghosts, or rejects them. */
export class OutboundCalls {
    readonly #parts: OutboundCallsParts;
    #pending = 0;

    constructor(parts: OutboundCallsParts) {
        this.#parts = parts;
    }

    /**
     * Called for an invite that is new and not expired. Returns immediately, with the reason if the call is dropped.
     * `awaits` is `its_end` if the call may be over already: it is opened if no hangup follows in a moment.
     * `onDropped` is called if the call turns out later not to be for a ghost.
     */
    open(
        room: MatrixRoomId,
        sender: MatrixUserId,
        invite: Invite,
        awaits: "its_end" | "nothing",
        onDropped: (reason: "unknown_room") => void,
    ): "other_invitee" | "too_many" | undefined {
        const glare = resolveGlare(sender, this.#parts.registry.inRoom(room));
        const ready = awaits === "its_end" ? this.#pause(END_FOLLOWS_MS) : Promise.resolve();
        return this.#whenGhostKnown(room, sender, invite, { ready, onDropped }, async (leg, parties, pending) => {
            // the bridge's calls end only once it is clear that the new call is for a ghost
            if (glare.kind === "accept") for (const call of glare.yielding) call.endByGlare();
            const rejection = glare.kind === "busy" ? rejectedWith("busy") : this.#place(leg, invite, parties);
            if (rejection === undefined) pending.replayInto(leg);
            else await leg.refuse(rejection.cause, rejection.notice);
        });
    }

    /** Rejects an invite that cannot be opened, so that the caller's client ends the call. Returns immediately. */
    reject(room: MatrixRoomId, sender: MatrixUserId, call: AddressedCall, cause: EndCause): void {
        const opening = { ready: Promise.resolve(), onDropped: (): void => undefined };
        this.#whenGhostKnown(room, sender, call, opening, (leg) => leg.refuse(cause, noticeOf(cause)));
    }

    #whenGhostKnown(
        room: MatrixRoomId,
        sender: MatrixUserId,
        call: AddressedCall,
        { ready, onDropped }: Opening,
        act: (leg: MatrixCallerLeg, parties: CalledGhost, pending: PendingCall) => Promise<void>,
    ): "other_invitee" | "too_many" | undefined {
        const { names, registry, log } = this.#parts;
        if (call.invitee !== undefined && names.partyOf(call.invitee) === undefined) return "other_invitee";
        if (this.#pending >= MAX_PENDING) return "too_many";
        const pending = new PendingCall(sender);
        registry.add(room, call.callId, pending);
        this.#pending += 1;
        void ready
            .then(() => (pending.isOver ? undefined : this.#resolveGhost(room, call, pending)))
            .then(async (found) => {
                if (found === undefined) {
                    registry.remove(room, call.callId);
                    if (!pending.isOver) onDropped("unknown_room");
                    return;
                }
                await act(this.#legOf(room, call, pending, found.ghost), found, pending);
            })
            .catch((reason: unknown) => {
                log.warn("outbound call failed before it was placed", { roomId: room, error: reason });
                registry.remove(room, call.callId);
            })
            .then(() => {
                this.#pending -= 1;
                pending.settle();
            });
        return undefined;
    }

    async #resolveGhost(
        room: MatrixRoomId,
        call: AddressedCall,
        pending: PendingCall,
    ): Promise<CalledGhost | undefined> {
        const { names, directory, invitations, callerNames } = this.#parts;
        // a client that has just invited the ghost calls immediately; the ghost cannot send before it has joined
        const joined = await invitations.pendingJoin(room);
        const ghost = call.invitee ?? joined ?? (await directory.pairOf(room))?.ghost;
        const party = ghost === undefined ? undefined : names.partyOf(ghost);
        if (ghost === undefined || party === undefined) return undefined;
        const callerName = await callerNames?.nameOf(ghost, room, pending.user);
        return pending.isOver ? undefined : { ghost, party, ...(callerName !== undefined && { callerName }) };
    }

    #pause(ms: number): Promise<void> {
        return new Promise((resolve) => void this.#parts.clock.startTimer(ms, resolve));
    }

    #legOf(room: MatrixRoomId, call: AddressedCall, pending: PendingCall, ghost: MatrixUserId): MatrixCallerLeg {
        const { recorder, log } = this.#parts;
        const callId = this.#parts.newCallId();
        log.debug("outbound call received", { callId, matrixCallId: call.callId, roomId: room });
        recorder.note(callId, { kind: "matrixCall", roomId: room, matrixCallId: call.callId });
        const placed = { callId, matrixCallId: call.callId, room, ghost, caller: partyOf(pending.user, call) };
        return new MatrixCallerLeg(this.#parts, placed);
    }

    #place(leg: MatrixCallerLeg, invite: Invite, { party, callerName }: CalledGhost): Rejection | undefined {
        const { intake, policy } = this.#parts;
        const destination = this.#destinationOf(leg, party, callerName);
        if ("cause" in destination) return destination;
        const opened = intake.open({
            callId: leg.callId,
            origin: leg,
            originMedia: "webrtc",
            originVideo: "permitted",
            offer: invite.sdp,
            ring: [{ targets: destination.targets, forMs: Math.min(policy.ringMs, invite.lifetimeMs + GRACE_MS) }],
            policy,
        });
        if ("refused" in opened) return rejectedWith(opened.refused);
        leg.connect(opened.report);
        return undefined;
    }

    /** Registered phones are called directly, even if a trunk serves the number. */
    #destinationOf(
        { callId, user }: MatrixCallerLeg,
        dialled: RemoteParty,
        profileName: string | undefined,
    ): Destination | Rejection {
        const { dialPlan, phoneBook, mediaOf, recorder } = this.#parts;
        const party = { kind: "user", user } as const;
        const reject = (reason: RejectionReason): void =>
            recorder.rejected({ callId, parties: { direction: "outbound", caller: party, callee: dialled }, reason });
        const verdict = dialPlan.whoMayDial(user, dialled);
        if (verdict.kind === "forbidden") {
            reject("not_permitted");
            return rejectedWith("forbidden");
        }
        const { callee } = verdict;
        const phones = phoneBook?.phonesMeantBy(callee, user, profileName);
        if (phones !== undefined) {
            const [first, ...others] = phones;
            return first === undefined ? rejectedWith("unavailable") : { targets: [first, ...others] };
        }
        if (verdict.kind === "noTrunk") {
            reject("no_trunk");
            return {
                cause: "notFound",
                notice: "This number can't be called from here. Please contact your administrator.",
            };
        }
        const { trunks } = verdict;
        const caller = {
            caller: user,
            mayAnswerEarly: true as const,
            ...(profileName !== undefined && { profileName }),
        };
        return { targets: [{ network: "sip", ...mediaOf(trunks), callee, ...caller, trunks }] };
    }
}

interface Opening {
    /** The call is not opened before. */
    readonly ready: Promise<void>;
    readonly onDropped: (reason: "unknown_room") => void;
}

/** The ghost that is called. */
interface CalledGhost {
    readonly ghost: MatrixUserId;
    readonly party: RemoteParty;
    /** The caller's display name, where it is shown to callees. */
    readonly callerName?: string;
}

/** The targets that ring; the first to answer gets the call. */
interface Destination {
    readonly targets: readonly [CallTarget, ...CallTarget[]];
}

interface Rejection {
    readonly cause: EndCause;
    readonly notice: string | undefined;
}

function rejectedWith(cause: EndCause): Rejection {
    return { cause, notice: noticeOf(cause) };
}

/** Takes the place of a call's leg until its ghost is known, and keeps the caller's events meanwhile. */
class PendingCall implements RoutedLeg {
    readonly #settled = Promise.withResolvers<undefined>();
    readonly user: MatrixUserId;
    readonly stage: LiveCall["stage"] = "ringsUs";
    readonly #received: { readonly sender: MatrixUserId; readonly message: CallMessage }[] = [];
    #left = false;

    constructor(user: MatrixUserId) {
        this.user = user;
    }

    get isOver(): boolean {
        return this.#left || this.#received.some(({ message }) => message.kind === "hangup");
    }

    get settled(): Promise<unknown> {
        return this.#settled.promise;
    }

    settle(): void {
        this.#settled.resolve(undefined);
    }

    replayInto(leg: RoutedLeg): void {
        for (const { sender, message } of this.#received) leg.onCallEvent(sender, message);
    }

    onCallEvent(sender: MatrixUserId, message: CallMessage): IgnoreReason | undefined {
        if (sender !== this.user) return "other_user";
        // no client sends more until the ghost has joined
        if (this.#received.length >= 50) return "wrong_state";
        this.#received.push({ sender, message });
        return undefined;
    }

    userLeft(): void {
        this.#left = true;
    }

    ghostLeft(): void {
        this.#left = true;
    }

    userJoined(): void {
        // a caller is in the room already
    }

    endByGlare(): void {
        // only calls that ring a user give way
    }
}
