import { randomUUID } from "node:crypto";
import { z } from "zod";
import { parseMatrixRoomId, type MatrixRoomId, type MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { ControlRoomListener, RoomText } from "../../ports/ControlRoom.ts";
import type { Directory } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import { dropped, HANDLED, PASSED, type EventHandler, type EventOutcome } from "../events/EventHandler.ts";
import type { RoomEvent } from "../events/readRoomEvent.ts";
import { ExpiringMap } from "../ExpiringMap.ts";
import type { GhostNames } from "../ghosts/GhostNames.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";
import type { SendRequest } from "../homeserver/HomeserverRequest.ts";

export interface BotRoomsParts {
    readonly names: GhostNames;
    readonly homeserver: Homeserver;
    readonly send: SendRequest;
    readonly directory: Pick<Directory, "pairOf">;
    readonly listener: ControlRoomListener;
    /** In this room no prefix is needed, however many people are in it. */
    readonly controlRoom: MatrixRoomId | undefined;
    readonly clock: Clock;
    readonly log: Log;
}

const PREFIX = /^!sip(?:\s+|$)/i;
/** A command that the homeserver kept while the bridge was down is not carried out. */
const LONGEST_WAIT_MS = 60_000;
const TIMEOUT_MS = 8_000;
const KNOWN_ROOMS = { max: 5_000, ttlMs: 10 * 60_000 };

const textMessage = z.object({
    msgtype: z.literal("m.text"),
    body: z.string(),
    "m.relates_to": z
        .object({ "m.in_reply_to": z.looseObject({}).optional() })
        .optional()
        .catch(undefined),
});
const edit = z.object({ "m.relates_to": z.object({ rel_type: z.literal("m.replace") }) });
const members = z.object({ joined: z.record(z.string(), z.unknown()) });
const uploaded = z.object({ content_uri: z.string() });
const membership = z.object({ membership: z.string() });
const tombstone = z.object({ replacement_room: z.string() });

const ENCRYPTED = {
    msgtype: "m.notice",
    body: "The bridge cannot read your commands, because this room is encrypted. Invite the bot to a room without encryption.",
};
/** After this time, a room gets the notice about encryption again, in ms. */
const NOTIFIED_ROOMS = { max: 5_000, ttlMs: 24 * 3_600_000 };

/** A file of an answer. `size` of a picture: width and height in pixels. */
interface SentFile {
    readonly msgtype: "m.file" | "m.image";
    readonly name: string;
    readonly bytes: Uint8Array;
    readonly mimetype: string;
    readonly size?: { readonly w: number; readonly h: number };
}

/**
 * The rooms of the bridge's bot: follows invitations, and hands messages to the listener. With the prefix `!sip`, messages in
 * the rooms of ghosts are commands, too. Notices, edits and events of the bridge's own users are never commands.
 */
export class BotRooms {
    readonly #parts: BotRoomsParts;
    /** Whether the bot is in a room, as far as it was found out. */
    readonly #isBotRoom: ExpiringMap<boolean>;
    /** Rooms that got the notice about encryption. */
    readonly #notifiedRooms: ExpiringMap<true>;

    constructor(parts: BotRoomsParts) {
        this.#parts = parts;
        this.#isBotRoom = new ExpiringMap(parts.clock, KNOWN_ROOMS);
        this.#notifiedRooms = new ExpiringMap(parts.clock, NOTIFIED_ROOMS);
    }

    /** The rows of the event table. They stand before all others of their types. */
    get handlers(): readonly EventHandler[] {
        return [
            { kind: "state", types: ["m.room.member"], handle: (event) => this.#onMember(event) },
            { kind: "message", types: ["m.room.message"], handle: (event) => this.#onMessage(event) },
            { kind: "state", types: ["m.room.encryption"], handle: (event) => this.#onEncrypted(event) },
            { kind: "message", types: ["m.room.encrypted"], handle: (event) => this.#onEncrypted(event) },
            { kind: "state", types: ["m.room.tombstone"], handle: (event) => this.#onReplaced(event) },
        ];
    }

    /** Sends a notice as the bot, or as another user of the bridge. Rejects with a `HomeserverError`. */
    async sendText(
        room: MatrixRoomId,
        { plain, html, file, picture }: RoomText,
        as = this.#parts.names.botUserId,
    ): Promise<void> {
        const { homeserver } = this.#parts;
        const content = { msgtype: "m.notice", body: plain, format: "org.matrix.custom.html", formatted_body: html };
        await homeserver.send(as, room, "m.room.message", content, randomUUID());
        if (file !== undefined) {
            const { name, text } = file;
            await this.#sendFile(
                room,
                { msgtype: "m.file", name, bytes: Buffer.from(text), mimetype: "text/plain" },
                as,
            );
        }
        if (picture !== undefined) {
            const { name, bytes, width: w, height: h } = picture;
            const image = { msgtype: "m.image", name, bytes, mimetype: "image/png", size: { w, h } } as const;
            await this.#sendFile(room, image, as);
        }
    }

    async #sendFile(
        room: MatrixRoomId,
        { msgtype, name, bytes, mimetype, size }: SentFile,
        as: MatrixUserId,
    ): Promise<void> {
        const url = await this.#upload({ name, mimetype, bytes }, as);
        const info = { mimetype, size: bytes.length, ...size };
        const attachment = { msgtype, body: name, filename: name, url, info };
        await this.#parts.homeserver.send(as, room, "m.room.message", attachment, randomUUID());
    }

    /** Joins a room as the bot. Rejects with a `HomeserverError` if it is neither invited nor a member. */
    async join(room: MatrixRoomId): Promise<void> {
        const { homeserver, names } = this.#parts;
        await homeserver.join(names.botUserId, room);
        this.#isBotRoom.set(room, true);
    }

    #onMember(event: RoomEvent): EventOutcome {
        const { names, listener } = this.#parts;
        if (event.stateKey !== names.botUserId) return PASSED;
        const content = membership.safeParse(event.content);
        if (!content.success) return dropped("bad_content", "membership");
        const { membership: now } = content.data;
        this.#isBotRoom.set(event.room, now === "join");
        const isRemoved = (now === "leave" || now === "ban") && event.sender !== names.botUserId;
        if (isRemoved) listener.removed(event.room, event.sender);
        if (now !== "invite" || names.isOurs(event.sender)) return HANDLED;
        if (!listener.mayInvite(event.sender)) return dropped("not_allowed");
        this.#inBackground(this.#follow(event.room, event.sender));
        return HANDLED;
    }

    #onMessage(event: RoomEvent): EventOutcome {
        const { names } = this.#parts;
        const content = textMessage.safeParse(event.content);
        if (!content.success || names.isOurs(event.sender) || edit.safeParse(event.content).success) return PASSED;
        const text = withoutQuotation(content.data).trim();
        const known = this.#isBotRoom.get(event.room);
        const isPrefixed = PREFIX.test(text);
        if (!isPrefixed && known === false) return PASSED;
        if (event.ageMs > LONGEST_WAIT_MS || event.arrival === "history") {
            return isPrefixed || known === true ? dropped("expired") : PASSED;
        }
        this.#inBackground(this.#handle(event, text));
        // a room that is not known yet may be the room of a ghost, whose handler must see the message
        return isPrefixed || known === true ? HANDLED : PASSED;
    }

    /** What others do about it is not affected. */
    #onEncrypted({ room }: RoomEvent): EventOutcome {
        if (this.#isBotRoom.get(room) === true) this.#inBackground(this.#notifyEncrypted(room));
        return PASSED;
    }

    async #notifyEncrypted(room: MatrixRoomId): Promise<void> {
        if (this.#notifiedRooms.get(room) === true) return;
        this.#notifiedRooms.set(room, true);
        await this.#parts.homeserver.send(this.#parts.names.botUserId, room, "m.room.message", ENCRYPTED, randomUUID());
    }

    #onReplaced({ room, sender, content }: RoomEvent): EventOutcome {
        const parsed = tombstone.safeParse(content);
        const replacement = parsed.success ? parseMatrixRoomId(parsed.data.replacement_room) : undefined;
        if (replacement === undefined || this.#isBotRoom.get(room) !== true) return PASSED;
        if (this.#parts.listener.mayInvite(sender)) this.#inBackground(this.#move(room, sender, replacement));
        return PASSED;
    }

    /** A room that only invited users can join follows later, by an invitation. */
    async #move(room: MatrixRoomId, by: MatrixUserId, replacement: MatrixRoomId): Promise<void> {
        try {
            await this.join(replacement);
        } catch (error) {
            const hint = "invite the bot to the new room";
            this.#parts.log.warn("replacement of a room not joined", { roomId: replacement, error, hint });
            return;
        }
        this.#parts.listener.replaced(room, by, replacement);
    }

    async #handle({ room, sender }: RoomEvent, text: string): Promise<void> {
        const { names, listener, controlRoom, directory } = this.#parts;
        const isBotRoom = await this.#knowsRoom(room);
        const isPrefixed = PREFIX.test(text);
        if (!isBotRoom && !isPrefixed) return;
        if (!isPrefixed && room !== controlRoom && !(await this.#isAlone(room, sender))) return;
        const speaker = isBotRoom ? names.botUserId : (await directory.pairOf(room))?.ghost;
        if (speaker === undefined) return;
        listener.message({
            room,
            sender,
            text: text.replace(PREFIX, ""),
            reply: (answer) =>
                this.sendText(room, answer, speaker).catch((error: unknown) => {
                    this.#parts.log.warn("command answer not sent", { roomId: room, error });
                }),
        });
    }

    async #knowsRoom(room: MatrixRoomId): Promise<boolean> {
        const known = this.#isBotRoom.get(room);
        if (known !== undefined) return known;
        const { homeserver, names } = this.#parts;
        const joined = await homeserver.membership(names.botUserId, room, names.botUserId).catch(() => "none" as const);
        this.#isBotRoom.set(room, joined === "join");
        return joined === "join";
    }

    /** Whether only the sender and the bot are in the room. */
    async #isAlone(room: MatrixRoomId, sender: MatrixUserId): Promise<boolean> {
        const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/joined_members`;
        const reply = await this.#parts.send({
            method: "GET",
            path,
            as: this.#parts.names.botUserId,
            timeoutMs: TIMEOUT_MS,
        });
        const joined = Object.keys(members.parse(reply).joined);
        return joined.every((user) => user === sender || user === this.#parts.names.botUserId);
    }

    async #follow(room: MatrixRoomId, inviter: MatrixUserId): Promise<void> {
        const { listener, log } = this.#parts;
        const { homeserver, names } = this.#parts;
        await this.join(room);
        log.info("bot joined a room", { roomId: room, inviter });
        listener.joined(room, inviter);
        if (await homeserver.isEncrypted(names.botUserId, room)) await this.#notifyEncrypted(room);
    }

    async #upload(
        { name, mimetype, bytes }: Pick<SentFile, "name" | "mimetype" | "bytes">,
        as: MatrixUserId,
    ): Promise<string> {
        const reply = await this.#parts.send({
            method: "POST",
            path: "/_matrix/media/v3/upload",
            query: { filename: name },
            as,
            upload: { contentType: mimetype, bytes: Buffer.from(bytes) },
            timeoutMs: TIMEOUT_MS,
        });
        return uploaded.parse(reply).content_uri;
    }

    #inBackground(work: Promise<void>): void {
        work.catch((error: unknown) => {
            this.#parts.log.warn("message to the bot not handled", { error });
        });
    }
}

/** The text of a reply without the message that it quotes (Matrix 1.12 and earlier, "fallbacks for rich replies"). */
function withoutQuotation({ body, "m.relates_to": relation }: z.infer<typeof textMessage>): string {
    return relation?.["m.in_reply_to"] === undefined ? body : body.replace(/^(?:> ?.*\n)+\n?/, "");
}
