import { randomBytes } from "node:crypto";
import { matrixRequest, type MatrixDevice } from "../../../lab/world/matrixRequest.ts";
import { until } from "../../../lab/world/until.ts";
import { browserDescription } from "./descriptions.ts";

/** A room event as /messages hands it out. */
export interface SeenEvent {
    readonly event_id: string;
    readonly type: string;
    readonly sender: string;
    readonly state_key?: string;
    readonly content: Readonly<Record<string, unknown>>;
}

/** A Matrix client without WebRTC: it says what a calling client says, and reads the room. */
export class MatrixPhone {
    readonly device: MatrixDevice;

    constructor(device: MatrixDevice) {
        this.device = device;
    }

    get userId(): string {
        return this.device.userId;
    }

    async request<T>(method: "GET" | "POST" | "PUT", path: string, body?: unknown): Promise<T> {
        const { homeserverUrl, accessToken } = this.device;
        return await matrixRequest<T>(homeserverUrl, method, `/_matrix/client/v3${path}`, { accessToken, body });
    }

    async send(room: string, type: string, content: Readonly<Record<string, unknown>>): Promise<void> {
        const path = `/rooms/${encodeURIComponent(room)}/send/${type}/${randomBytes(6).toString("hex")}`;
        await this.request("PUT", path, content);
    }

    /** Says something in a call, as this device. */
    async say(room: string, callId: string, type: string, content: Readonly<Record<string, unknown>>): Promise<void> {
        const common = { call_id: callId, version: "1", party_id: this.device.deviceId };
        await this.send(room, `m.call.${type}`, { ...common, ...content });
    }

    async call(room: string, callId: string): Promise<void> {
        const offer = { type: "offer", sdp: browserDescription() };
        await this.say(room, callId, "invite", { lifetime: 60_000, offer });
    }

    async answer(room: string, callId: string): Promise<void> {
        await this.say(room, callId, "answer", { answer: { type: "answer", sdp: browserDescription() } });
    }

    async makeDirectRoom(invite: string): Promise<string> {
        const body = { preset: "trusted_private_chat", is_direct: true, invite: [invite] };
        const { room_id } = await this.request<{ room_id: string }>("POST", "/createRoom", body);
        return room_id;
    }

    async join(room: string): Promise<void> {
        await this.request("POST", `/rooms/${encodeURIComponent(room)}/join`, {});
    }

    async leave(room: string): Promise<void> {
        await this.request("POST", `/rooms/${encodeURIComponent(room)}/leave`, {});
    }

    async joinedRooms(): Promise<string[]> {
        return (await this.request<{ joined_rooms: string[] }>("GET", "/joined_rooms")).joined_rooms;
    }

    /** Rooms this user is invited to, once there is one. */
    async invitation(): Promise<string> {
        return await until(
            async () => {
                const sync = await this.request<{ rooms?: { invite?: Record<string, unknown> } }>("GET", "/sync");
                return Object.keys(sync.rooms?.invite ?? {})[0];
            },
            { what: "an invitation", timeoutMs: 10_000 },
        );
    }

    /** What is in a room of one type, oldest first. */
    async events(room: string, type: string): Promise<SeenEvent[]> {
        const path = `/rooms/${encodeURIComponent(room)}/messages?dir=b&limit=100`;
        const { chunk } = await this.request<{ chunk: SeenEvent[] }>("GET", path);
        return chunk.filter((event) => event.type === type).reverse();
    }

    /** The first event of a type in a room that fits, once it is there. */
    async sees(room: string, type: string, fits: (event: SeenEvent) => boolean = () => true): Promise<SeenEvent> {
        return await until(async () => (await this.events(room, type)).find(fits), {
            what: `${type} in the room`,
            timeoutMs: 10_000,
        });
    }

    async state(room: string, type: string, stateKey = ""): Promise<Readonly<Record<string, unknown>>> {
        const path = `/rooms/${encodeURIComponent(room)}/state/${type}/${encodeURIComponent(stateKey)}`;
        return await this.request("GET", path);
    }
}
