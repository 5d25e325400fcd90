import type { CallPolicy } from "../call/CallPolicy.ts";
import type { CallId, MediaTransport } from "../call/vocabulary.ts";
import type { DialPlan } from "../numbering/DialPlan.ts";
import { eitherPlan } from "../numbering/eitherPlan.ts";
import type { MatrixUserId } from "../numbering/MatrixUserId.ts";
import type { NumberingContext } from "../numbering/PhoneNumber.ts";
import type { CallIntake, LegDialler, MatrixTarget } from "../ports/CallIntake.ts";
import type { CallRecorder } from "../ports/CallRecorder.ts";
import type { Clock } from "../ports/Clock.ts";
import type { Directory } from "../ports/Directory.ts";
import type { EventInbox } from "../ports/EventInbox.ts";
import type { Log } from "../ports/Log.ts";
import type { PhoneBook } from "../ports/PhoneBook.ts";
import type { Telemetry } from "../ports/Telemetry.ts";
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
    readonly phoneBook?: PhoneBook;
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
    readonly mediaOf: (trunk: string) => MediaTransport;
    /** Whether display names of Matrix users are sent to trunks or phones; `no` saves a request for each call. */
    readonly showsCallerNames?: "yes" | "no";
    /** Text messages; without it, messages in Matrix are ignored. */
    readonly messages?: MessageParts;
}

/** The parts of the Matrix adapter that work on any `Homeserver`: Synapse, or the fake one of the specs. */
export interface ConnectedHandlers {
    readonly router: EventRouter;
    readonly dialler: LegDialler<MatrixTarget>;
    readonly profiles: GhostProfiles;
    readonly lookup: ThirdPartyLookup;
    readonly admission: GhostAdmission;
    readonly invitations: GhostInvitations;
    readonly registry: LegRegistry;
    readonly messages: ConnectedMessages | undefined;
}

/** Builds the event table and all it needs. A feature that handles more event types adds its row to `handlers`. */
export function connectHandlers(parts: HandlerParts): ConnectedHandlers {
    const { names, homeserver, directory, recorder, clock, log } = parts;
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
    const callerNames = parts.showsCallerNames === "yes" ? { callerNames: new CallerNames(parts) } : {};
    const calls = new CallEventHandler({
        names,
        registry,
        drops,
        outbound: new OutboundCalls({
            ...parts,
            ...callerNames,
            registry,
            invitations,
            policy: parts.outboundPolicy,
        }),
        unknown: new UnknownCalls({ ...parts, registry }),
    });
    const members = new RoomMembers({ ...parts, rooms, registry, invitations, encryptedRooms });
    const messages =
        parts.messages && connectMessages({ ...parts, rooms, invitations, drops, messages: parts.messages });
    const handlers: readonly EventHandler[] = [calls, ...members.handlers, ...(messages?.handlers ?? [])];
    const router: EventRouter = new EventRouter({
        handlers,
        isLocal: (user) => names.isLocal(user),
        isOurs: (user) => names.isOurs(user),
        inbox: parts.inbox,
        drops,
        clock,
    });
    const dialler: LegDialler<MatrixTarget> = {
        dial: (callId, target, report) =>
            new MatrixCalleeLeg(
                { homeserver, rooms, registry, recorder, clock, log, ringMs: parts.ringMs },
                callId,
                target,
                report,
            ),
    };
    return {
        router,
        dialler,
        profiles,
        lookup: new ThirdPartyLookup({ ...parts, profiles, admission }),
        admission,
        invitations,
        registry,
        messages,
    };
}
