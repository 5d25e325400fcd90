import { z } from "zod";
import type { Message } from "../../message/Message.ts";
import type { MessageContent } from "../../message/MessageContent.ts";
import { SenderAllowance, type SenderLimit } from "../../message/SenderAllowance.ts";
import type { FailureCause, MessageId } from "../../message/vocabulary.ts";
import { localpartOf, type MatrixRoomId, type MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Directory, Pair } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import type { MessageIntake } from "../../ports/MessageIntake.ts";
import type { MessageRouting } from "../../ports/MessageRouting.ts";
import type { MessageTelemetry } from "../../ports/MessageTelemetry.ts";
import type { DroppedEvents } from "../events/DroppedEvents.ts";
import { dropped, HANDLED, type EventHandler, type EventOutcome } from "../events/EventHandler.ts";
import type { RoomEvent } from "../events/readRoomEvent.ts";
import type { GhostInvitations } from "../ghosts/GhostInvitations.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import { failureNotice, QUEUE_FULL_NOTICE, TOO_MANY_NOTICE } from "./failureNotice.ts";
import { quotableText, quoted, renderMessage, renderReaction } from "./renderMessage.ts";
import type { RoomMessages } from "./RoomMessages.ts";

export interface RoomMessageHandlerParts {
    readonly names: GhostNames;
    readonly directory: Directory;
    readonly invitations: Pick<GhostInvitations, "pendingJoin">;
    readonly homeserver: RoomMessages;
    readonly intake: MessageIntake;
    readonly routing: MessageRouting;
    readonly drops: DroppedEvents;
    readonly telemetry: MessageTelemetry;
    readonly clock: Clock;
    readonly log: Log;
    readonly options: RoomMessageOptions;
}

export interface RoomMessageOptions {
    readonly notices: boolean;
    readonly reactions: boolean;
    readonly limit: SenderLimit;
    /** Longest text, in bytes of UTF-8. */
    readonly maxBytes: number;
    /** Older events are not sent: the homeserver delivers a backlog after a downtime, and history is read on joining. */
    readonly maxAgeMs: number;
}

/** Messages of Matrix users are read one at a time in each room; more rooms than this at the same time are an attack. */
const MAX_ROOMS = 10_000;
const MESSAGE_TYPES = ["m.room.message", "m.reaction"] as const;
const eventBody = z.object({ content: z.record(z.string(), z.unknown()) });

/** Accepts messages that Matrix users write in direct rooms with ghosts. */
export class RoomMessageHandler {
    readonly #parts: RoomMessageHandlerParts;
    readonly #allowance: SenderAllowance;
    /** The last step of each room: messages keep their order while something is looked up. */
    readonly #rooms = new Map<MatrixRoomId, Promise<void>>();

    constructor(parts: RoomMessageHandlerParts) {
        this.#parts = parts;
        this.#allowance = new SenderAllowance(parts.options.limit);
    }

    /** The rows of the event table. */
    get handlers(): readonly EventHandler[] {
        const types = this.#parts.options.reactions ? MESSAGE_TYPES : MESSAGE_TYPES.slice(0, 1);
        return [{ kind: "message", types, handle: (event) => this.#handle(event) }];
    }

    #handle(event: RoomEvent): EventOutcome {
        const { names, options, intake } = this.#parts;
        if (names.isOurs(event.sender)) return HANDLED; // an echo of the bridge's own message
        if (intake.knows(messageIdOf(event.eventId))) return dropped("repeated");
        if (event.ageMs > options.maxAgeMs) return dropped("expired");
        if (this.#rooms.size >= MAX_ROOMS) return dropped("too_many");
        // the event stays in the inbox until the message is in the journal
        return { kind: "handled", done: this.#queue(event) };
    }

    /** What was written before a ghost joined is read from the history of the room, and goes before what comes live. */
    async #queue(event: RoomEvent): Promise<void> {
        if (event.arrival !== "history") await this.#parts.invitations.pendingJoin(event.room);
        await this.#inOrder(event.room, () => this.#accept(event));
    }

    #inOrder(room: MatrixRoomId, step: () => Promise<void>): Promise<void> {
        const before = this.#rooms.get(room) ?? Promise.resolve();
        const done = before.then(step).catch((error: unknown) => {
            this.#parts.log.warn("message event failed", { roomId: room, error });
        });
        this.#rooms.set(room, done);
        void done.then(() => {
            if (this.#rooms.get(room) === done) this.#rooms.delete(room);
        });
        return done;
    }

    async #accept(event: RoomEvent): Promise<void> {
        const outcome = await this.#decide(event);
        if (outcome.kind === "dropped") this.#parts.drops.record(event, outcome.reason, outcome.detail);
    }

    async #decide(event: RoomEvent): Promise<EventOutcome> {
        const { names, options } = this.#parts;
        const pair = await this.#parts.directory.pairOf(event.room);
        const party = pair && names.partyOf(pair.ghost);
        if (pair === undefined || party === undefined) return dropped("unknown_room");
        if (event.sender !== pair.user) return dropped("other_user");
        const content = await this.#contentOf(event, pair.ghost);
        if (typeof content === "object" && "reason" in content) return content;
        const refused = this.#refusal(event.sender, party);
        if (refused !== undefined) return this.#refuse(event, pair, refused);
        if (content === "unreadable") return this.#refuse(event, pair, "unsupportedContent");
        if (options.maxBytes < textBytes(content)) return this.#refuse(event, pair, "tooLarge");
        return this.#intake(event, pair, party, content);
    }

    #intake(event: RoomEvent, pair: Pair, party: RemoteParty, content: MessageContent): EventOutcome {
        const { intake, clock, log } = this.#parts;
        const message: Message = {
            id: messageIdOf(event.eventId),
            direction: "outbound",
            user: event.sender,
            party,
            content,
            acceptedAt: clock.now(),
            // delivery is shown as the absence of a failure
            receipts: ["display"],
            origin: { network: "matrix", room: event.room, eventId: event.eventId },
        };
        const acceptance = intake.accept(message);
        if (acceptance.kind === "refused") {
            void this.#notify(event, pair.ghost, QUEUE_FULL_NOTICE);
            return dropped("too_many");
        }
        if (acceptance.kind === "accepted") log.info("message received", { messageId: message.id, roomId: event.room });
        return HANDLED;
    }

    #refusal(user: MatrixUserId, party: RemoteParty): FailureCause | "rate" | "rate again" | undefined {
        const { routing, clock } = this.#parts;
        const route = routing.routeOf(user, party);
        if (route.kind === "forbidden") return "notAllowed";
        if (route.kind === "noRoute") return "unknownRecipient";
        const verdict = this.#allowance.take(user, clock.monotonic());
        if (verdict.kind === "allowed") return undefined;
        return verdict.isNews ? "rate" : "rate again";
    }

    #refuse(event: RoomEvent, { ghost }: Pair, why: FailureCause | "rate" | "rate again"): EventOutcome {
        const isRate = why === "rate" || why === "rate again";
        this.#parts.telemetry.messageRefused("outbound", isRate ? "rate limit" : why);
        // a flood of notices would be another flood
        if (why !== "rate again") void this.#notify(event, ghost, isRate ? TOO_MANY_NOTICE : failureNotice(why));
        return dropped(isRate ? "too_many" : "not_allowed", why);
    }

    /** Never rejects. */
    async #notify({ room, eventId }: RoomEvent, ghost: MatrixUserId, body: string): Promise<void> {
        const content = { msgtype: "m.notice", body, "m.relates_to": { "m.in_reply_to": { event_id: eventId } } };
        try {
            await this.#parts.homeserver.send(ghost, room, "m.room.message", content, `refused-${eventId}`);
        } catch (error) {
            this.#parts.log.warn("notice not sent", { roomId: room, error });
        }
    }

    async #contentOf(
        event: RoomEvent,
        ghost: MatrixUserId,
    ): Promise<MessageContent | "unreadable" | Extract<EventOutcome, { kind: "dropped" }>> {
        const drop = (reason: "bad_content" | "edit", detail?: string): Extract<EventOutcome, { kind: "dropped" }> => ({
            kind: "dropped",
            reason,
            ...(detail !== undefined && { detail }),
        });
        if (event.type === "m.reaction") {
            const reaction = renderReaction(event.content);
            if (reaction === undefined) return drop("bad_content", "reaction");
            const about = await this.#quote(ghost, event.room, reaction.eventId);
            return { kind: "text", text: about === undefined ? reaction.key : `${reaction.key} > ${about}` };
        }
        const { notices } = this.#parts.options;
        const rendered = renderMessage(event.content, { notices, sender: localpartOf(event.sender) });
        if (rendered === undefined) return drop("bad_content");
        if (rendered.kind === "unreadable") return "unreadable";
        if (rendered.kind === "ignored") return drop("bad_content", rendered.detail);
        const { content, inReplyTo } = rendered;
        if (content.kind !== "text" || inReplyTo === undefined) return content;
        const quote = await this.#quote(ghost, event.room, inReplyTo);
        return quote === undefined ? content : { kind: "text", text: `> ${quote}\n${content.text}` };
    }

    /** A reply is sent without its quotation if that cannot be read. */
    async #quote(ghost: MatrixUserId, room: MatrixRoomId, eventId: string): Promise<string | undefined> {
        try {
            const event = eventBody.safeParse(await this.#parts.homeserver.event(ghost, room, eventId));
            const text = event.success ? quotableText(event.data.content) : undefined;
            return text === undefined ? undefined : quoted(text);
        } catch (error) {
            this.#parts.log.debug("quoted event not read", { roomId: room, error });
            return undefined;
        }
    }
}

function messageIdOf(eventId: string): MessageId {
    return `matrix-${eventId}` as MessageId;
}

function textBytes(content: MessageContent): number {
    return content.kind === "dropped" ? 0 : Buffer.byteLength(content.text);
}
