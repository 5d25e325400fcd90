import { randomBytes } from "node:crypto";
import { matrixRequest, type MatrixDevice } from "../lab/world/matrixRequest.ts";
import { webrtcAnswerTo } from "./webrtcAnswer.ts";

interface SyncReply {
    readonly next_batch: string;
    readonly rooms?: {
        readonly join?: Readonly<Record<string, { readonly timeline: { readonly events: readonly SyncEvent[] } }>>;
        readonly invite?: Readonly<Record<string, object>>;
    };
}

interface SyncEvent {
    readonly type: string;
    readonly sender: string;
    readonly content: { readonly call_id?: string; readonly offer?: { readonly sdp: string } };
}

/** A Matrix user without a screen, who accepts every invitation and answers every call. */
export class AnsweringUser {
    readonly #device: MatrixDevice;
    readonly #stopping = new AbortController();
    #syncing: Promise<void> = Promise.resolve();

    constructor(device: MatrixDevice) {
        this.#device = device;
    }

    start(): void {
        this.#syncing = this.#sync();
    }

    async stop(): Promise<void> {
        this.#stopping.abort();
        await this.#syncing;
    }

    async #sync(): Promise<void> {
        let since = "";
        while (!this.#stopping.signal.aborted) {
            const query = since === "" ? "timeout=0" : `timeout=500&since=${since}`;
            const reply = await this.#request<SyncReply>("GET", `sync?${query}`);
            since = reply.next_batch;
            for (const room of Object.keys(reply.rooms?.invite ?? {}))
                await this.#request("POST", `join/${encodeURIComponent(room)}`, {});
            for (const [room, joined] of Object.entries(reply.rooms?.join ?? {}))
                for (const event of joined.timeline.events) await this.#take(room, event);
        }
    }

    async #take(room: string, event: SyncEvent): Promise<void> {
        const { call_id: callId, offer } = event.content;
        if (event.type !== "m.call.invite" || callId === undefined || offer === undefined) return;
        await this.#request(
            "PUT",
            `rooms/${encodeURIComponent(room)}/send/m.call.answer/${randomBytes(6).toString("hex")}`,
            {
                call_id: callId,
                version: "1",
                party_id: this.#device.deviceId,
                answer: { type: "answer", sdp: webrtcAnswerTo(offer.sdp) },
            },
        );
    }

    async #request<T = unknown>(method: "GET" | "POST" | "PUT", path: string, body?: object): Promise<T> {
        return matrixRequest<T>(this.#device.homeserverUrl, method, `/_matrix/client/v3/${path}`, {
            accessToken: this.#device.accessToken,
            ...(body === undefined ? {} : { body }),
        });
    }
}
