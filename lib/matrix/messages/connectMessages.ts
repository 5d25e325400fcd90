import type { DialPlan } from "../../numbering/DialPlan.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Directory } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import type { MessageCarrier } from "../../ports/MessageCarrier.ts";
import type { MessageIntake } from "../../ports/MessageIntake.ts";
import type { MessageRouting } from "../../ports/MessageRouting.ts";
import type { MessageTelemetry } from "../../ports/MessageTelemetry.ts";
import type { TypingSink } from "../../ports/TypingSink.ts";
import type { DroppedEvents } from "../events/DroppedEvents.ts";
import type { EventHandler } from "../events/EventHandler.ts";
import type { GhostInvitations } from "../ghosts/GhostInvitations.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import type { DirectRooms } from "../rooms/DirectRooms.ts";
import { GhostTyping } from "./GhostTyping.ts";
import type { InboundFiles } from "./InboundFiles.ts";
import { MatrixMessageCarrier } from "./MatrixMessageCarrier.ts";
import { ReceiptHandler } from "./ReceiptHandler.ts";
import { RoomMessageHandler, type RoomMessageOptions } from "./RoomMessageHandler.ts";
import type { RoomMessages } from "./RoomMessages.ts";
import { TypingHandler } from "./TypingHandler.ts";

/** What the Matrix side of messaging needs in addition to the parts of calls. */
export interface MessageParts {
    readonly homeserver: RoomMessages;
    readonly files: Pick<InboundFiles, "contentOf">;
    readonly intake: MessageIntake;
    readonly routing: MessageRouting;
    /** The rules of `messaging.allow`. */
    readonly plan: Pick<DialPlan, "whoMayDial" | "isDialable" | "hasRule">;
    readonly telemetry: MessageTelemetry;
    readonly options: RoomMessageOptions;
    /** Whether read receipts are passed on. */
    readonly readReceipts: boolean;
    /** Shows typing on the SIP side; without it, typing notifications are ignored. */
    readonly typingToSip?: TypingSink;
}

/** The Matrix side of messaging. */
export interface ConnectedMessages {
    /** Rows of the event table. */
    readonly handlers: readonly EventHandler[];
    readonly carrier: MessageCarrier;
    /** Shows Matrix users that a party on the SIP side is typing. */
    readonly typing: TypingSink;
}

/** Builds the Matrix side of messaging. */
export function connectMessages(parts: {
    readonly names: GhostNames;
    readonly directory: Directory;
    readonly rooms: DirectRooms;
    readonly invitations: GhostInvitations;
    readonly drops: DroppedEvents;
    readonly clock: Clock;
    readonly log: Log;
    readonly messages: MessageParts;
}): ConnectedMessages {
    const { names, directory, clock, log, messages } = parts;
    const { typingToSip, readReceipts, intake } = messages;
    const common = { ...parts, ...messages };
    const events = new RoomMessageHandler(common);
    return {
        handlers: [
            ...events.handlers,
            ...(readReceipts ? [new ReceiptHandler(names, intake)] : []),
            ...(typingToSip === undefined
                ? []
                : [new TypingHandler({ names, directory, sink: typingToSip, clock, log })]),
        ],
        carrier: new MatrixMessageCarrier(common),
        typing: new GhostTyping(common),
    };
}
