import { randomUUID } from "node:crypto";
import { vi } from "vitest";
import { matrixRequest, type MatrixDevice } from "../../lab/world/matrixRequest.ts";

interface RoomMessage {
    readonly event_id: string;
    readonly sender: string;
    readonly content: Readonly<Record<string, unknown>>;
}

/** A user's room with the bridge's bot, through the homeserver's client-server API. */
export class ControlChat {
    readonly #device: MatrixDevice;
    readonly room: string;
    readonly #bot: string;

    private constructor(device: MatrixDevice, room: string, bot: string) {
        this.#device = device;
        this.room = room;
        this.#bot = bot;
    }

    /** Creates a room with the bot, and resolves once the bot has joined. */
    static async open(device: MatrixDevice, bot: string, others: readonly string[] = []): Promise<ControlChat> {
        const { homeserverUrl, accessToken } = device;
        const path = "/_matrix/client/v3/createRoom";
        const body = { invite: [bot, ...others], preset: "trusted_private_chat" };
        const { room_id } = await matrixRequest<{ room_id: string }>(homeserverUrl, "POST", path, {
            accessToken,
            body,
        });
        const chat = new ControlChat(device, room_id, bot);
        await vi.waitFor(async () => {
            if (!(await chat.#members()).includes(bot)) throw new Error("the bot has not joined");
        }, 15_000);
        return chat;
    }

    /** Another user joins the room, who must have been invited. */
    async joinedBy({ homeserverUrl, accessToken }: MatrixDevice): Promise<void> {
        const path = `/_matrix/client/v3/join/${encodeURIComponent(this.room)}`;
        await matrixRequest(homeserverUrl, "POST", path, { accessToken, body: {} });
    }

    /** Sends a message and returns the bot's next answer to it. */
    async ask(text: string): Promise<string> {
        const before = new Set((await this.#messages()).map(({ event_id }) => event_id));
        await this.say(text);
        return await vi.waitFor(async () => {
            const answer = (await this.#messages()).find(
                ({ event_id, sender, content }) =>
                    sender === this.#bot && !before.has(event_id) && content["msgtype"] === "m.notice",
            );
            if (answer === undefined) throw new Error(`no answer to ${text}`);
            return String(answer.content["body"]);
        }, 15_000);
    }

    /** The text of a file that the bot has sent. @throws Error if it has not */
    async file(name: string): Promise<string> {
        const sent = (await this.#messages()).findLast(({ content }) => content["filename"] === name);
        const [, server, id] = /^mxc:\/\/([^/]+)\/(.+)$/.exec(String(sent?.content["url"])) ?? [];
        if (server === undefined || id === undefined) throw new Error(`no file ${name}`);
        const { homeserverUrl, accessToken } = this.#device;
        const url = `${homeserverUrl}/_matrix/client/v1/media/download/${server}/${id}`;
        const response = await fetch(url, { headers: { Authorization: `Bearer ${accessToken}` } });
        return await response.text();
    }

    /** Sends a message without waiting for an answer; returns the ID of its event. */
    async say(text: string, content: Readonly<Record<string, unknown>> = {}): Promise<string> {
        const { homeserverUrl, accessToken } = this.#device;
        const path = `/_matrix/client/v3/rooms/${encodeURIComponent(this.room)}/send/m.room.message/${randomUUID()}`;
        const body = { msgtype: "m.text", body: text, ...content };
        const { event_id } = await matrixRequest<{ event_id: string }>(homeserverUrl, "PUT", path, {
            accessToken,
            body,
        });
        return event_id;
    }

    /** Every text of the bot so far, the oldest first. */
    async botTexts(): Promise<readonly string[]> {
        const messages = await this.#messages();
        return messages.filter(({ sender }) => sender === this.#bot).map(({ content }) => String(content["body"]));
    }

    async #messages(): Promise<readonly RoomMessage[]> {
        const { homeserverUrl, accessToken } = this.#device;
        const filter = encodeURIComponent(JSON.stringify({ types: ["m.room.message"] }));
        const path = `/_matrix/client/v3/rooms/${encodeURIComponent(this.room)}/messages?dir=b&limit=100&filter=${filter}`;
        const { chunk } = await matrixRequest<{ chunk: RoomMessage[] }>(homeserverUrl, "GET", path, { accessToken });
        return chunk.reverse();
    }

    async #members(): Promise<readonly string[]> {
        const { homeserverUrl, accessToken } = this.#device;
        const path = `/_matrix/client/v3/rooms/${encodeURIComponent(this.room)}/joined_members`;
        const { joined } = await matrixRequest<{ joined: object }>(homeserverUrl, "GET", path, { accessToken });
        return Object.keys(joined);
    }
}
