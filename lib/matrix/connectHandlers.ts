import type { CallPolicy } from "../call/CallPolicy.ts";
import type { CallId } from "../call/vocabulary.ts";
import type { PartyMedia } from "../ports/MediaProxy.ts";
import type { DialPlan } from "../numbering/DialPlan.ts";
import { eitherPlan } from "../numbering/eitherPlan.ts";
import type { MatrixRoomId, MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { NumberingContext } from "../numbering/PhoneNumber.ts";
import type { CallIntake, LegDialler, LegResumer } from "../ports/CallIntake.ts";
import type { MatrixTarget } from "../ports/CallTarget.ts";
import type { MatrixLegRecord } from "../ports/LegRecord.ts";
import type { CallRecorder } from "../ports/CallRecorder.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Directory } from "../ports/Directory.ts";
import type { EventInbox } from "../ports/EventInbox.ts";
import type { Log } from "../ports/Log.ts";
import type { PhoneBook } from "../ports/PhoneBook.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
import type { ControlRoomListener } from "../ports/ControlRoom.ts";
import { BotRooms } from "./control/BotRooms.ts";
import type { SendRequest } from "./homeserver/HomeserverRequest.ts";
import { DirectRooms } from "./rooms/DirectRooms.ts";
import { EncryptedRooms } from "./rooms/EncryptedRooms.ts";
import { GhostAdmission } from "./ghosts/GhostAdmission.ts";
import { GhostInvitations } from "./ghosts/GhostInvitations.ts";
import type { GhostNames } from "./ghosts/GhostNames.ts";
import { GhostProfiles } from "./ghosts/GhostProfiles.ts";
import type { Homeserver } from "./homeserver/Homeserver.ts";
import { CallerNames } from "./calls/CallerNames.ts";
import { CallEventHandler } from "./calls/CallEventHandler.ts";
import { UnknownCalls } from "./calls/UnknownCalls.ts";
import { LegRegistry } from "./calls/LegRegistry.ts";
import { MatrixCalleeLeg } from "./calls/MatrixCalleeLeg.ts";
import { resumeMatrixLegs } from "./calls/resumeMatrixLegs.ts";
import { DroppedEvents } from "./events/DroppedEvents.ts";
import type { EventHandler } from "./events/EventHandler.ts";
import { EventRouter } from "./events/EventRouter.ts";
import { connectMessages, type ConnectedMessages, type MessageParts } from "./messages/connectMessages.ts";
import { OutboundCalls } from "./calls/OutboundCalls.ts";
import { RoomMembers } from "./rooms/RoomMembers.ts";
import { ThirdPartyLookup } from "./lookup/thirdPartyLookup.ts";

export interface HandlerParts {
    readonly names: GhostNames;
    readonly homeserver: Homeserver;
    readonly directory: Directory;
    readonly inbox: EventInbox;
    readonly dialPlan: Pick<DialPlan, "whoMayDial" | "isDialable" | "hasRule">;
    /** The registered phones, if there are accounts. */
    readonly phoneBook?: Pick<PhoneBook, "phonesMeantBy">;
    readonly intake: CallIntake;
    readonly newCallId: () => CallId;
    readonly telemetry: Telemetry;
    readonly recorder: Pick<CallRecorder, "note" | "rejected">;
    readonly clock: Clock;
    readonly log: Log;
    readonly mayJoinAs: (user: MatrixUserId) => boolean;
    readonly numbering: NumberingContext;
    readonly outboundPolicy: CallPolicy;
    readonly ringMs: number;
    readonly mediaOf: (trunks: readonly [string, ...string[]]) => PartyMedia;
    /** Whether display names of Matrix users are sent to trunks or phones; `no` saves a request for each call. */
    readonly showsCallerNames?: "yes" | "no";
    /** Text messages; without it, messages in Matrix are ignored. */
    readonly messages?: MessageParts;
    /** Commands to the bot; without it, the bot joins no room. */
    readonly control?: {
        readonly listener: ControlRoomListener;
        readonly room: MatrixRoomId | undefined;
    };
    /** Needed for commands. */
    readonly send?: SendRequest;
}

/** The parts of the Matrix adapter that work on any `Homeserver`: Synapse, or the fake one of the specs. */
export interface ConnectedHandlers {
    readonly router: EventRouter;
    readonly dialler: LegDialler<MatrixTarget>;
    readonly resumer: LegResumer<MatrixLegRecord>;
    readonly profiles: GhostProfiles;
    readonly lookup: ThirdPartyLookup;
    readonly admission: GhostAdmission;
    readonly invitations: GhostInvitations;
    readonly registry: LegRegistry;
    readonly messages: ConnectedMessages | undefined;
    readonly rooms: DirectRooms;
    readonly botRooms: BotRooms | undefined;
}

/** Builds the event table and all it needs. A feature that handles more event types adds its row to `handlers`. */
export function connectHandlers(parts: HandlerParts): ConnectedHandlers {
    const { names, homeserver, directory, clock, log } = parts;
    const registry = new LegRegistry(clock);
    const drops = new DroppedEvents(parts.telemetry, log);
    const profiles = new GhostProfiles(names, homeserver, directory, log);
    const rooms = new DirectRooms({ ...parts, profiles });
    const encryptedRooms = new EncryptedRooms(homeserver, directory);
    // a ghost joins for users who may call or write to its number
    const plan = parts.messages === undefined ? parts.dialPlan : eitherPlan(parts.dialPlan, parts.messages.plan);
    const admission = new GhostAdmission({ ...parts, dialPlan: plan });
    const invitations = new GhostInvitations({
        ...parts,
        profiles,
        encryptedRooms,
        admission,
        drops,
        hasCall: (room) => registry.inRoom(room).length > 0,
        onHistory: (event, invitation) => router.onHistory(event, invitation),
    });
    const calls = callHandlerOf({ ...parts, profiles }, registry, invitations, drops);
    const members = new RoomMembers({ ...parts, rooms, registry, invitations, encryptedRooms });
    const botRooms = botRoomsOf(parts);
    const messages =
        parts.messages && connectMessages({ ...parts, rooms, invitations, drops, messages: parts.messages });
    const handlers: readonly EventHandler[] = [
        ...(botRooms?.handlers ?? []),
        calls,
        ...members.handlers,
        ...(messages?.handlers ?? []),
    ];
    const router: EventRouter = new EventRouter({
        handlers,
        isLocal: (user) => names.isLocal(user),
        isOurs: (user) => names.isOurs(user),
        inbox: parts.inbox,
        drops,
        clock,
    });
    return {
        router,
        ...legsOf({ ...parts, profiles }, rooms, registry),
        profiles,
        lookup: new ThirdPartyLookup({ ...parts, profiles, admission }),
        admission,
        invitations,
        registry,
        messages,
        rooms,
        botRooms,
    };
}

function botRoomsOf(parts: HandlerParts): BotRooms | undefined {
    const { control, send } = parts;
    if (control === undefined || send === undefined) return undefined;
    return new BotRooms({ ...parts, send, listener: control.listener, controlRoom: control.room });
}

function callHandlerOf(
    parts: HandlerParts & { readonly profiles: GhostProfiles },
    registry: LegRegistry,
    invitations: GhostInvitations,
    drops: DroppedEvents,
): CallEventHandler {
    const outbound = new OutboundCalls({
        ...parts,
        ...callerNamesOf(parts),
        registry,
        invitations,
        policy: parts.outboundPolicy,
    });
    return new CallEventHandler({
        names: parts.names,
        registry,
        drops,
        outbound,
        unknown: new UnknownCalls({ ...parts, registry }),
    });
}

function legsOf(
    parts: HandlerParts & { readonly profiles: GhostProfiles },
    rooms: DirectRooms,
    registry: LegRegistry,
): Pick<ConnectedHandlers, "dialler" | "resumer"> {
    const legParts = { ...parts, ...callerNamesOf(parts), rooms, registry };
    return {
        dialler: {
            dial: (callId, target, report, leg) => new MatrixCalleeLeg(legParts, { callId, leg }, target, report),
        },
        resumer: resumeMatrixLegs(legParts),
    };
}

function callerNamesOf(parts: HandlerParts): { readonly callerNames?: CallerNames } {
    return parts.showsCallerNames === "yes" ? { callerNames: new CallerNames(parts) } : {};
}
