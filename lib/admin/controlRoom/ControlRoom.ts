import { LRUCache } from "lru-cache";
import { parseMatrixRoomId, serverOf, type MatrixRoomId, type MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { ControlMessage, ControlRoomListener, JoinRoom, RoomText, SendRoomText } from "../../ports/ControlRoom.ts";
import type { Log } from "../../ports/Log.ts";
import { type Level, reaches } from "../Command.ts";
import type { CommandRunner } from "../CommandRunner.ts";
import type { StoredText } from "../StoredText.ts";
import { levelOf, type PermissionEntries } from "../Permissions.ts";
import { escapeHtml, type RenderedAnswer, renderAnswer } from "../renderAnswer.ts";
import type { DrawPng } from "../trace/drawPng.ts";

export interface ControlRoomParts {
    /** `homeserver.domain`: its users have the level user unless an entry says otherwise. */
    readonly localServer: string;
    readonly permissions: () => PermissionEntries;
    readonly runner: () => CommandRunner | undefined;
    readonly send: SendRoomText;
    readonly drawPng: DrawPng;
    /** `control.room`; otherwise the room to which an admin invited the bot last. */
    readonly room: MatrixRoomId | undefined;
    /** Keeps the room of the last invitation across restarts. */
    readonly file: StoredText;
    readonly log: Log;
}

/** Users who were told that they may not give commands, and for how long they are not told again. */
const TOLD = { max: 10_000, ttl: 3_600_000 };
const ROOM_HINT = "check control.room, and invite the bot to the room";
/** A message that is nothing but a number is a number to call. */
const NUMBER = /^\+?[0-9][0-9 ()/-]{2,30}$/;

/** Runs the commands that people send to the bot, and sends reports to the control room. */
export class ControlRoom implements ControlRoomListener {
    readonly #parts: ControlRoomParts;
    readonly #told = new LRUCache<string, true>(TOLD);
    #room: MatrixRoomId | undefined;

    constructor(parts: ControlRoomParts) {
        this.#parts = parts;
        this.#room = parts.room;
    }

    /** Continues with the room of an earlier run, unless the configuration names one. Never rejects. */
    async load(): Promise<void> {
        if (this.#parts.room !== undefined) return;
        try {
            this.#room = parseMatrixRoomId((await this.#parts.file.read())?.trim() ?? "");
        } catch (error) {
            this.#parts.log.warn("control room not read", { error, hint: "set control.room, or invite the bot again" });
        }
    }

    /**
     * Makes sure that the bot is in the control room. Called once when rooms can be joined. Never rejects: without the room, reports
     * are in the log only.
     */
    async enter(join: JoinRoom): Promise<void> {
        const room = this.#room;
        if (room === undefined) return;
        await join(room).catch((error: unknown) => {
            this.#parts.log.warn("control room not entered", { roomId: room, error, hint: ROOM_HINT });
        });
    }

    mayInvite(user: MatrixUserId): boolean {
        return this.#levelOf(user) !== "none";
    }

    joined(room: MatrixRoomId, inviter: MatrixUserId): void {
        if (this.#parts.room !== undefined || !reaches(this.#levelOf(inviter), "admin")) return;
        this.#useRoom(room);
    }

    replaced(room: MatrixRoomId, by: MatrixUserId, replacement: MatrixRoomId): void {
        if (room !== this.#room || !reaches(this.#levelOf(by), "admin")) return;
        if (this.#parts.room === undefined) {
            this.#useRoom(replacement);
            return;
        }
        this.#room = replacement;
        const hint = "set control.room to the new room";
        this.#parts.log.warn("control room replaced", { roomId: replacement, by, hint });
    }

    #useRoom(room: MatrixRoomId): void {
        this.#room = room;
        this.#parts.file.write(`${room}\n`).catch((error: unknown) => {
            this.#parts.log.warn("control room not stored", { error, hint: "check store.path" });
        });
    }

    removed(room: MatrixRoomId, by: MatrixUserId): void {
        if (room !== this.#room) return;
        this.#parts.log.warn("bot removed from the control room", { roomId: room, by, hint: ROOM_HINT });
    }

    message(message: ControlMessage): void {
        const level = this.#levelOf(message.sender);
        if (level !== "none") {
            void this.#run(message, level);
            return;
        }
        if (this.#told.has(message.sender)) return;
        this.#told.set(message.sender, true);
        const plain = "You may not give commands to this bridge. Please contact its administrator.";
        void message.reply({ plain, html: `<p>${plain}</p>` });
    }

    /** Sends a report to the control room. Never rejects; without a control room, the log is all there is. */
    report(plain: string): void {
        this.#parts.log.info("report for the control room", { text: plain });
        if (this.#room === undefined) return;
        this.#parts.send(this.#room, { plain, html: `<p>${escapeHtml(plain)}</p>` }).catch((error: unknown) => {
            this.#parts.log.warn("report not sent to the control room", { roomId: this.#room, error, hint: ROOM_HINT });
        });
    }

    async #run({ room, sender, text, reply }: ControlMessage, level: Level): Promise<void> {
        const runner = this.#parts.runner();
        if (runner === undefined) return;
        const line = text === "" ? "help" : NUMBER.test(text) ? `dial ${text}` : text;
        const { command, outcome } = await runner.runLine(line, { name: sender, user: sender, level, roomId: room });
        await reply(await this.#withPng(renderAnswer(outcome, command)));
    }

    /** An answer whose picture cannot be drawn is sent without it. */
    async #withPng({ picture, ...answer }: RenderedAnswer): Promise<RoomText> {
        if (picture === undefined) return answer;
        try {
            const { bytes, width, height } = await this.#parts.drawPng(picture.svg);
            return { ...answer, picture: { name: picture.name, bytes, width, height } };
        } catch (error) {
            this.#parts.log.warn("picture not drawn", {
                error,
                hint: "install the bridge again with its dependencies",
            });
            return answer;
        }
    }

    #levelOf(user: MatrixUserId): Level | "none" {
        const entries = this.#parts.permissions();
        const isNamed = [user, serverOf(user), "*"].some((name) => entries.has(name));
        if (isNamed) return levelOf(user, entries);
        return serverOf(user) === this.#parts.localServer ? "user" : "none";
    }
}
