import type { CallPolicy } from "../../call/CallPolicy.ts";
import type { CallId, EndCause } from "../../call/vocabulary.ts";
import type { DialPlan } from "../../numbering/DialPlan.ts";
import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { CallIntake, CallTarget } from "../../ports/CallIntake.ts";
import type { Directory } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import type { MediaKind } from "../../ports/MediaProxy.ts";
import type { PhoneBook } from "../../ports/PhoneBook.ts";
import type { CallMessage } from "./callEventContent.ts";
import type { GhostInvitations } from "../ghosts/GhostInvitations.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";
import type { LegRegistry, RoutedLeg } from "./LegRegistry.ts";
import { MatrixCallerLeg } from "./MatrixCallerLeg.ts";
import { noticeOf } from "./matrixEndCause.ts";
import type { IgnoreReason } from "./matrixLegStep.ts";
import { partyOf } from "./MatrixParty.ts";
import { resolveGlare, type LiveCall } from "./resolveGlare.ts";

export interface OutboundCallsParts {
    readonly names: GhostNames;
    readonly homeserver: Homeserver;
    readonly directory: Directory;
    readonly registry: LegRegistry;
    readonly invitations: Pick<GhostInvitations, "joining">;
    readonly intake: CallIntake;
    readonly dialPlan: Pick<DialPlan, "whoMayDial">;
    /** The phones that are registered with us, if there are accounts. */
    readonly phoneBook?: PhoneBook;
    readonly policy: CallPolicy;
    /** What a trunk's media looks like. */
    readonly mediaOf: (trunk: string) => MediaKind;
    readonly newCallId: () => CallId;
    readonly log: Log;
}

export type Invite = Extract<CallMessage, { readonly kind: "invite" }>;

/** Calls for which it is still being found out whom they are for, or whose ghost is on its way; more at once are an attack or an outage. */
const MAX_PENDING = 500;

/** Takes in the calls that Matrix users place to ghosts. */
export class OutboundCalls {
    readonly #parts: OutboundCallsParts;
    #unclear = 0;

    constructor(parts: OutboundCallsParts) {
        this.#parts = parts;
    }

    /**
     * A user placed a call that is fresh and not known yet. Returns at once; says why if the call is dropped right
     * away. `onDropped` is told if it turns out later to be none for us.
     */
    open(
        room: MatrixRoomId,
        sender: MatrixUserId,
        invite: Invite,
        onDropped: (reason: "unknownRoom") => void,
    ): "otherInvitee" | "tooMany" | undefined {
        const { names, registry } = this.#parts;
        if (invite.invitee !== undefined && names.partyOf(invite.invitee) === undefined) return "otherInvitee";
        if (this.#unclear >= MAX_PENDING) return "tooMany";
        const glare = resolveGlare(sender, registry.inRoom(room));
        // ours end only once it is clear that the new call is for one of our ghosts
        const waiting = new PendingCall(sender);
        registry.add(room, invite.callId, waiting);
        this.#unclear += 1;
        void this.#clear(room, waiting, invite, glare)
            .catch((reason: unknown) => {
                this.#parts.log.warn("outbound call failed before it was placed", { roomId: room, error: reason });
                registry.remove(room, invite.callId);
            })
            .then((dropped) => {
                this.#unclear -= 1;
                if (dropped !== undefined) onDropped(dropped);
            });
        return undefined;
    }

    async #clear(
        room: MatrixRoomId,
        waiting: PendingCall,
        invite: Invite,
        glare: ReturnType<typeof resolveGlare<RoutedLeg>>,
    ): Promise<"unknownRoom" | undefined> {
        const { names, directory, registry, homeserver, invitations, log } = this.#parts;
        // a client that has just invited the ghost does not wait for it; the ghost cannot speak before it is there
        const joined = await invitations.joining(room);
        const ghost = invite.invitee ?? joined ?? (await directory.pairOf(room))?.ghost;
        const party = ghost === undefined ? undefined : names.partyOf(ghost);
        if (ghost === undefined || party === undefined || waiting.isOver) {
            registry.remove(room, invite.callId);
            return waiting.isOver ? undefined : "unknownRoom";
        }
        const callId = this.#parts.newCallId();
        log.info("outbound call received", { callId, matrixCallId: invite.callId, roomId: room });
        const leg = new MatrixCallerLeg(
            { homeserver, registry, log },
            {
                callId,
                matrixCallId: invite.callId,
                room,
                ghost,
                caller: partyOf(waiting.user, invite),
            },
        );
        if (glare.kind === "accept") for (const call of glare.yielding) call.endByGlare();
        const refusal = glare.kind === "busy" ? refused("busy") : this.#place(leg, invite, party);
        if (refusal === undefined) waiting.replayInto(leg);
        else await leg.refuse(refusal.cause, refusal.notice);
        return undefined;
    }

    #place(leg: MatrixCallerLeg, invite: Invite, callee: RemoteParty): Refusal | undefined {
        const { intake, policy } = this.#parts;
        const destination = this.#destinationOf(leg, callee);
        if ("cause" in destination) return destination;
        const [target, ...alsoRing] = destination.targets;
        const opened = intake.open({
            callId: leg.callId,
            origin: leg,
            originMedia: "webrtc",
            offer: invite.sdp,
            target,
            alsoRing,
            policy,
        });
        if ("refused" in opened) return refused(opened.refused);
        leg.connect(opened.report);
        return undefined;
    }

    /** A phone of ours is called directly, also where a trunk would serve its number. */
    #destinationOf({ callId, user }: MatrixCallerLeg, dialled: RemoteParty): Destination | Refusal {
        const { dialPlan, phoneBook, mediaOf, log } = this.#parts;
        const verdict = dialPlan.whoMayDial(user, dialled);
        if (verdict.kind === "forbidden") {
            log.info("outbound call rejected: no rule allows it", { callId });
            return refused("forbidden");
        }
        const { callee } = verdict;
        const phones = phoneBook?.phonesMeantBy(callee, user);
        if (phones !== undefined) {
            const [first, ...others] = phones;
            return first === undefined ? refused("unavailable") : { targets: [first, ...others] };
        }
        if (verdict.kind === "noTrunk") {
            log.warn("outbound call rejected: no trunk serves the number", { callId });
            return {
                cause: "notFound",
                notice: "This number can't be called from here. Please contact your administrator.",
            };
        }
        const { trunks } = verdict;
        return { targets: [{ network: "sip", media: mediaOf(trunks[0]), callee, caller: user, trunks }] };
    }
}

/** Who is rung: the first to answer has the call. */
interface Destination {
    readonly targets: readonly [CallTarget, ...CallTarget[]];
}

interface Refusal {
    readonly cause: EndCause;
    readonly notice: string | undefined;
}

function refused(cause: EndCause): Refusal {
    return { cause, notice: noticeOf(cause) };
}

/** Stands in for the leg of a call while it is found out whom it is for, and keeps what the caller says meanwhile. */
class PendingCall implements RoutedLeg {
    readonly user: MatrixUserId;
    readonly stage: LiveCall["stage"] = "ringsUs";
    readonly #said: { readonly sender: MatrixUserId; readonly message: CallMessage }[] = [];
    #left = false;

    constructor(user: MatrixUserId) {
        this.user = user;
    }

    get isOver(): boolean {
        return this.#left || this.#said.some(({ message }) => message.kind === "hangup");
    }

    replayInto(leg: RoutedLeg): void {
        for (const { sender, message } of this.#said) leg.onCallEvent(sender, message);
    }

    onCallEvent(sender: MatrixUserId, message: CallMessage): IgnoreReason | undefined {
        if (sender !== this.user) return "otherUser";
        // it lasts until the ghost has joined: whoever says more than this in that time floods
        if (this.#said.length >= 50) return "wrongMoment";
        this.#said.push({ sender, message });
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
