import { z } from "zod";
import { localpartOf, parseMatrixRoomId, type MatrixRoomId, type MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { SendRequest, HomeserverRequest } from "./HomeserverRequest.ts";
import type { Homeserver, Membership, RoomRequest } from "./Homeserver.ts";
import { HomeserverError, pauseBeforeRetry, type RetryPolicy } from "./HomeserverError.ts";

/** Timeout of one attempt, in ms. */
const TIMEOUT_MS = 8_000;
/** Creating, joining and inviting can depend on another homeserver. */
const ROOM_TIMEOUT_MS = 20_000;

/** A client that does not receive one of these stays in a call that has ended. */
const ENDINGS: ReadonlySet<string> = new Set(["m.call.hangup", "m.call.reject", "m.call.select_answer"]);

const createdRoom = z.object({ room_id: z.string() });
const memberProfile = z.object({ displayname: z.string().nullish() });
const memberState = z.object({ membership: z.enum(["join", "invite", "leave", "ban", "knock"]) });
const messages = z.object({ chunk: z.array(z.unknown()) });

/** The homeserver through its client-server API (specification v1.11 and later, with the Application Service API). */
export class ClientServerHomeserver implements Homeserver {
    readonly #send: SendRequest;
    readonly #clock: Clock;
    /** End the pauses between attempts early. */
    readonly #pauses = new Set<() => void>();

    constructor(send: SendRequest, clock: Clock) {
        this.#send = send;
        this.#clock = clock;
    }

    async register(ghost: MatrixUserId): Promise<void> {
        const body = {
            type: "m.login.application_service",
            username: localpartOf(ghost),
            // a ghost needs no device and no access token
            inhibit_login: true,
        };
        try {
            await this.#request({ method: "POST", path: "/_matrix/client/v3/register", body, timeoutMs: TIMEOUT_MS });
        } catch (reason) {
            if (reason instanceof HomeserverError && reason.reply.errcode === "M_USER_IN_USE") return;
            throw reason;
        }
    }

    async setDisplayName(as: MatrixUserId, displayName: string): Promise<void> {
        const path = `/_matrix/client/v3/profile/${encodeURIComponent(as)}/displayname`;
        await this.#request({ method: "PUT", path, as, body: { displayname: displayName }, timeoutMs: TIMEOUT_MS });
    }

    async userExists(user: MatrixUserId): Promise<boolean> {
        const path = `/_matrix/client/v3/profile/${encodeURIComponent(user)}`;
        try {
            return (await this.#find({ method: "GET", path, timeoutMs: TIMEOUT_MS })) !== undefined;
        } catch (reason) {
            // profiles are hidden from users who share no room
            if (reason instanceof HomeserverError && reason.kind === "forbidden") return true;
            throw reason;
        }
    }

    async createRoom(as: MatrixUserId, { initialState }: RoomRequest): Promise<MatrixRoomId> {
        const body = {
            preset: "private_chat",
            visibility: "private",
            is_direct: true,
            initial_state: initialState.map(({ type, stateKey, content }) => ({ type, state_key: stateKey, content })),
        };
        const path = "/_matrix/client/v3/createRoom";
        // createRoom has no transaction ID: a repetition would create a second room
        const reply = await this.#request({ method: "POST", path, as, body, timeoutMs: ROOM_TIMEOUT_MS }, "ifLimited");
        const room = parseMatrixRoomId(createdRoom.safeParse(reply).data?.room_id ?? "");
        if (room === undefined)
            throw new HomeserverError("the homeserver created a room without an ID", { status: 200 });
        return room;
    }

    async invite(as: MatrixUserId, room: MatrixRoomId, user: MatrixUserId): Promise<void> {
        const path = this.#stateRequest(as, room, "m.room.member", user).path;
        // the invite endpoint cannot mark a direct room
        const body = { membership: "invite", is_direct: true };
        await this.#request({ method: "PUT", path, as, body, timeoutMs: ROOM_TIMEOUT_MS }, "ifLimited");
    }

    async join(as: MatrixUserId, room: MatrixRoomId): Promise<void> {
        const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/join`;
        await this.#request({ method: "POST", path, as, body: {}, timeoutMs: ROOM_TIMEOUT_MS });
    }

    async leave(as: MatrixUserId, room: MatrixRoomId): Promise<void> {
        const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/leave`;
        await this.#request({ method: "POST", path, as, body: {}, timeoutMs: TIMEOUT_MS });
    }

    async membership(as: MatrixUserId, room: MatrixRoomId, user: MatrixUserId): Promise<Membership> {
        const state = await this.#find(this.#stateRequest(as, room, "m.room.member", user));
        return memberState.safeParse(state).data?.membership ?? "none";
    }

    async memberName(as: MatrixUserId, room: MatrixRoomId, user: MatrixUserId): Promise<string | undefined> {
        const state = await this.#find(this.#stateRequest(as, room, "m.room.member", user));
        return memberProfile.safeParse(state).data?.displayname ?? undefined;
    }

    async isEncrypted(as: MatrixUserId, room: MatrixRoomId): Promise<boolean> {
        return (await this.#find(this.#stateRequest(as, room, "m.room.encryption", ""))) !== undefined;
    }

    async recentEvents(as: MatrixUserId, room: MatrixRoomId, limit: number): Promise<readonly unknown[]> {
        const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/messages`;
        const query = { dir: "b", limit: String(limit) };
        const reply = await this.#request({ method: "GET", path, as, query, timeoutMs: TIMEOUT_MS });
        const newestFirst = messages.safeParse(reply).data?.chunk ?? [];
        return newestFirst.reverse();
    }

    async send(
        as: MatrixUserId,
        room: MatrixRoomId,
        type: string,
        content: Readonly<Record<string, unknown>>,
        transactionId: string,
    ): Promise<void> {
        const [where, what, txn] = [room, type, transactionId].map(encodeURIComponent);
        const path = `/_matrix/client/v3/rooms/${where ?? ""}/send/${what ?? ""}/${txn ?? ""}`;
        const request = { method: "PUT", path, as, body: content, timeoutMs: TIMEOUT_MS } as const;
        await this.#request(request, "safely", ENDINGS.has(type) ? "ending" : "brief");
    }

    #stateRequest(as: MatrixUserId, room: MatrixRoomId, type: string, stateKey: string): HomeserverRequest {
        const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/state/${type}/${encodeURIComponent(stateKey)}`;
        return { method: "GET", path, as, timeoutMs: TIMEOUT_MS };
    }

    /** The response, or undefined if there is no such thing. */
    async #find(request: HomeserverRequest): Promise<unknown> {
        try {
            return (await this.#request(request)) ?? undefined;
        } catch (reason) {
            if (reason instanceof HomeserverError && reason.kind === "notFound") return undefined;
            throw reason;
        }
    }

    async #request(
        request: HomeserverRequest,
        repeat: "safely" | "ifLimited" = "safely",
        policy?: RetryPolicy,
    ): Promise<unknown> {
        const startedAt = this.#clock.monotonic();
        for (let attempt = 1; ; attempt += 1) {
            try {
                return await this.#send(request);
            } catch (reason) {
                if (!(reason instanceof HomeserverError)) throw reason;
                const mayRepeat = repeat === "safely" || reason.kind === "limited";
                const elapsedMs = this.#clock.monotonic() - startedAt;
                const pause = mayRepeat ? pauseBeforeRetry(reason, attempt, elapsedMs, policy) : undefined;
                if (pause === undefined) throw reason;
                await this.#pause(pause);
            }
        }
    }

    /** Called when the Matrix side has stopped: requests that wait for another attempt make that attempt immediately, and it fails. */
    stop(): void {
        for (const end of this.#pauses) end();
    }

    async #pause(ms: number): Promise<void> {
        await new Promise<void>((resolve) => {
            const end = (): void => {
                cancel();
                this.#pauses.delete(end);
                resolve();
            };
            const cancel = this.#clock.startTimer(ms, end);
            this.#pauses.add(end);
        });
    }
}
