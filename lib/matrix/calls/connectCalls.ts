import type { CallPolicy } from "../../call/CallPolicy.ts";
import type { CallId } from "../../call/vocabulary.ts";
import type { DialPlan } from "../../numbering/DialPlan.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { NumberingContext } from "../../numbering/PhoneNumber.ts";
import type { CallIntake, LegDialler, MatrixTarget } from "../../ports/CallIntake.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Directory } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import type { MediaKind } from "../../ports/MediaProxy.ts";
import type { PhoneBook } from "../../ports/PhoneBook.ts";
import type { Telemetry } from "../../ports/Telemetry.ts";
import { DirectRooms } from "../rooms/DirectRooms.ts";
import { EncryptedRooms } from "../rooms/EncryptedRooms.ts";
import { GhostInvitations } from "../ghosts/GhostInvitations.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import { GhostProfiles } from "../ghosts/GhostProfiles.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";
import { LegRegistry } from "./LegRegistry.ts";
import { MatrixCalleeLeg } from "./MatrixCalleeLeg.ts";
import { MatrixGateway } from "../events/MatrixGateway.ts";
import { OutboundCalls } from "./OutboundCalls.ts";
import { RoomMembers } from "../rooms/RoomMembers.ts";
import { ThirdPartyLookup } from "../lookup/thirdPartyLookup.ts";

export interface CallParts {
    readonly names: GhostNames;
    readonly homeserver: Homeserver;
    readonly directory: Directory;
    readonly dialPlan: Pick<DialPlan, "whoMayDial" | "isDialable">;
    /** The phones that are registered with us, if there are accounts. */
    readonly phoneBook?: PhoneBook;
    readonly intake: CallIntake;
    readonly newCallId: () => CallId;
    readonly telemetry: Telemetry;
    readonly clock: Clock;
    readonly log: Log;
    readonly mayJoinAs: (user: MatrixUserId) => boolean;
    readonly numbering: NumberingContext;
    readonly outboundPolicy: CallPolicy;
    readonly ringMs: number;
    readonly mediaOf: (trunk: string) => MediaKind;
}

/** Everything of the Matrix adapter that works on any `Homeserver`: the framework's is one, that of the specs another. */
export interface ConnectedCalls {
    readonly gateway: MatrixGateway;
    readonly dialler: LegDialler<MatrixTarget>;
    readonly profiles: GhostProfiles;
    readonly lookup: ThirdPartyLookup;
    readonly registry: LegRegistry;
}

export function connectCalls(parts: CallParts): ConnectedCalls {
    const { names, homeserver, directory, clock, log } = parts;
    const registry = new LegRegistry(clock);
    const profiles = new GhostProfiles(names, homeserver, directory, log);
    const rooms = new DirectRooms({ ...parts, profiles });
    const encryptedRooms = new EncryptedRooms(homeserver, directory);
    const invitations = new GhostInvitations({
        ...parts,
        profiles,
        encryptedRooms,
        onEvent: (event) => gateway.onEvent(event),
    });
    const gateway: MatrixGateway = new MatrixGateway({
        ...parts,
        registry,
        outbound: new OutboundCalls({ ...parts, registry, invitations, policy: parts.outboundPolicy }),
        members: new RoomMembers({ ...parts, rooms, registry, invitations, encryptedRooms }),
    });
    const dialler: LegDialler<MatrixTarget> = {
        dial: (callId, target, report) =>
            new MatrixCalleeLeg(
                { homeserver, rooms, registry, clock, log, ringMs: parts.ringMs },
                callId,
                target,
                report,
            ),
    };
    return { gateway, dialler, profiles, lookup: new ThirdPartyLookup({ ...parts, profiles }), registry };
}
