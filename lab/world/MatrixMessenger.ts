import "./quietMatrixSdk.ts";
import { ClientEvent, createClient, EventType, MsgType, ReceiptType, RoomEvent, RoomMemberEvent } from "matrix-js-sdk";
import { acceptInvitation } from "../browser/acceptInvitation.ts";
import { until } from "./until.ts";
import type { MatrixClient, MatrixEvent, RoomMember } from "matrix-js-sdk";
import type { Logger } from "matrix-js-sdk/lib/logger.js";
import type { Stoppable } from "./LabProcess.ts";
import type { MatrixDevice } from "./matrixRequest.ts";

/** A message as a Matrix user sees it. */
export interface SeenMessage {
    readonly eventId: string;
    readonly room: string;
    readonly sender: string;
    readonly msgtype: string;
    readonly body: string;
    readonly content: Readonly<Record<string, unknown>>;
    /** When it reached the client, in ms since the Unix epoch. */
    readonly seenAt: number;
}

const timeoutMs = 15_000;
const ignore = (): void => undefined;
const silent: Logger = {
    trace: ignore,
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: ignore,
    getChild: () => silent,
};

/** A Matrix user who reads and writes messages: matrix-js-sdk, outside of a browser. Joins every room it is invited to. */
export class MatrixMessenger implements Stoppable {
    readonly userId: string;
    readonly messages: SeenMessage[] = [];
    readonly #client: MatrixClient;
    readonly #typing = new Set<string>();
    readonly #receipts: { readonly eventId: string; readonly userId: string }[] = [];

    private constructor(client: MatrixClient, userId: string) {
        this.#client = client;
        this.userId = userId;
    }

    /** Resolves once it has synchronised. */
    static async start(device: MatrixDevice): Promise<MatrixMessenger> {
        const { homeserverUrl: baseUrl, accessToken, userId, deviceId } = device;
        const client = createClient({ baseUrl, accessToken, userId, deviceId, logger: silent });
        const messenger = new MatrixMessenger(client, userId);
        client.on(RoomEvent.Timeline, (event, room) => messenger.#see(event, room?.roomId ?? ""));
        client.on(RoomEvent.Receipt, (event) => messenger.#seeReceipt(event));
        client.on(RoomMemberEvent.Typing, (_event, member) => messenger.#seeTyping(member));
        client.on(RoomMemberEvent.Membership, (_event, member) => {
            if (member.userId !== userId || member.membership !== "invite") return;
            void acceptInvitation(() => client.joinRoom(member.roomId));
        });
        // clients fill the screen of a room they open: over federation, what was written before the join is not synchronised
        client.on(RoomEvent.MyMembership, (room, membership) => {
            if (membership === "join") client.scrollback(room).catch(() => undefined);
        });
        const synced = new Promise<void>((resolve) => client.once(ClientEvent.Sync, () => resolve()));
        await client.startClient({ initialSyncLimit: 100, pollTimeout: 10_000 });
        await synced;
        return messenger;
    }

    /** Sends a text and returns the ID of its event. */
    async say(room: string, body: string): Promise<string> {
        return this.send(room, { msgtype: MsgType.Text, body });
    }

    async send(room: string, content: Readonly<Record<string, unknown>>): Promise<string> {
        const sent = await this.#client.sendEvent(room, EventType.RoomMessage, content as never);
        return sent.event_id;
    }

    /** Uploads a file and returns its mxc: URI. */
    async upload(bytes: Uint8Array, type: string, name: string): Promise<string> {
        const uploaded = await this.#client.uploadContent(new Blob([new Uint8Array(bytes)], { type }), { name, type });
        return uploaded.content_uri;
    }

    /** Downloads a file, authenticated. */
    async download(mxc: string): Promise<Buffer> {
        const url = this.#client.mxcUrlToHttp(mxc, undefined, undefined, undefined, false, true, true) ?? "";
        const headers = { Authorization: `Bearer ${this.#client.getAccessToken() ?? ""}` };
        const response = await fetch(url, { headers });
        if (!response.ok) throw new Error(`${mxc} was not downloaded: ${response.status}`);
        return Buffer.from(await response.arrayBuffer());
    }

    /** Creates the direct room with a ghost, as a client does. */
    async openRoomWith(ghost: string): Promise<string> {
        const created = await this.#client.createRoom({
            invite: [ghost],
            is_direct: true,
            preset: "private_chat" as never,
        });
        return created.room_id;
    }

    /** Whether another user has joined a room, as far as this client knows. */
    seesJoined(room: string, userId: string): boolean {
        return this.#client.getRoom(room)?.getMember(userId)?.membership === "join";
    }

    /** Resolves to the first message that fits. */
    async sees(what: string | RegExp | ((message: SeenMessage) => boolean), wait = timeoutMs): Promise<SeenMessage> {
        const fits = (message: SeenMessage): boolean => {
            if (typeof what === "function") return what(message);
            return typeof what === "string" ? message.body === what : what.test(message.body);
        };
        return until(() => this.messages.find(fits), {
            what: `${this.userId} to see ${String(what)}`,
            timeoutMs: wait,
        });
    }

    async read({ room, eventId }: Pick<SeenMessage, "room" | "eventId">): Promise<void> {
        const event = this.#client.getRoom(room)?.findEventById(eventId);
        if (event === undefined) throw new Error(`${this.userId} does not know ${eventId}`);
        await this.#client.sendReadReceipt(event, ReceiptType.Read);
    }

    async type(room: string, isTyping: boolean): Promise<void> {
        await this.#client.sendTyping(room, isTyping, 20_000);
    }

    async seesTyping(userId: string): Promise<void> {
        await until(() => (this.#typing.has(userId) ? true : undefined), { what: `${userId} to type`, timeoutMs });
    }

    async seesReceipt(eventId: string, userId: string): Promise<void> {
        const probe = (): true | undefined =>
            this.#receipts.some((receipt) => receipt.eventId === eventId && receipt.userId === userId)
                ? true
                : undefined;
        await until(probe, { what: `a receipt of ${userId}`, timeoutMs });
    }

    stop(): Promise<void> {
        this.#client.stopClient();
        return Promise.resolve();
    }

    #see(event: MatrixEvent, room: string): void {
        const eventId = event.getId();
        if (event.getType() !== "m.room.message" || eventId === undefined || eventId.startsWith("~")) return;
        if (this.messages.some((message) => message.eventId === eventId)) return;
        const content: Readonly<Record<string, unknown>> = event.getContent();
        const { msgtype, body } = content;
        const sender = event.getSender() ?? "";
        this.messages.push({
            eventId,
            room,
            sender,
            msgtype: String(msgtype),
            body: String(body),
            content,
            seenAt: Date.now(),
        });
    }

    #seeReceipt(event: MatrixEvent): void {
        const content: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>> =
            event.getContent();
        for (const [eventId, kinds] of Object.entries(content)) {
            for (const userId of Object.keys(kinds["m.read"] ?? {})) this.#receipts.push({ eventId, userId });
        }
    }

    #seeTyping({ userId, typing }: RoomMember): void {
        if (typing) this.#typing.add(userId);
        else this.#typing.delete(userId);
    }
}
