import type { MatrixRoomId, MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { Homeserver, Membership, RoomRequest } from "../../../lib/matrix/homeserver/Homeserver.ts";
import { HomeserverError } from "../../../lib/matrix/homeserver/HomeserverError.ts";
import type { Clock } from "../../../lib/ports/Clock.ts";

/** An event as a homeserver hands it out. */
export interface SentEvent {
    readonly event_id: string;
    readonly type: string;
    readonly room_id: MatrixRoomId;
    readonly sender: MatrixUserId;
    readonly state_key?: string;
    readonly content: Readonly<Record<string, unknown>>;
    readonly origin_server_ts: number;
    readonly unsigned?: { readonly age: number };
}

interface Room {
    readonly members: Map<MatrixUserId, Membership>;
    readonly events: SentEvent[];
}

/**
 * A homeserver in memory, as far as calls need one. Held to spec/contract/homeserver.contract.ts, as is Synapse.
 * Events reach the listener after the request that caused them is done, as deliveries do.
 */
export class FakeHomeserver implements Homeserver {
    /** Requests the bridge made, in order, each named by its method. */
    readonly requests: string[] = [];
    /** The display names of ghosts. */
    readonly displayNames = new Map<MatrixUserId, string>();
    /** The rooms made by the bridge, as they were asked for. */
    readonly roomRequests: RoomRequest[] = [];
    readonly #clock: Clock;
    readonly #rooms = new Map<MatrixRoomId, Room>();
    readonly #users = new Set<MatrixUserId>();
    /** Users of other homeservers. */
    readonly #remoteUsers = new Set<MatrixUserId>();
    readonly #transactions = new Set<string>();
    readonly #failures: { readonly method: keyof Homeserver; readonly error: Error }[] = [];
    readonly #holds: { readonly method: keyof Homeserver; readonly until: Promise<unknown> }[] = [];
    readonly #isOurs: (user: MatrixUserId) => boolean;
    #deliver: (event: SentEvent) => void = () => undefined;
    #encryptNewRooms = false;
    #tellsEverything = false;
    #count = 0;

    constructor(clock: Clock, isOurs: (user: MatrixUserId) => boolean, users: readonly MatrixUserId[]) {
        this.#clock = clock;
        this.#isOurs = isOurs;
        for (const user of users) (user.endsWith(":matrix.example") ? this.#users : this.#remoteUsers).add(user);
    }

    /** Only events of the rooms that users of the application service are in. */
    listen(deliver: (event: SentEvent) => void): void {
        this.#deliver = deliver;
    }

    /** The next request of this method fails. */
    failOnce(method: keyof Homeserver, error: Error): void {
        this.#failures.push({ method, error });
    }

    /** The next request of this method gets its response only once the returned function is called. */
    holdOnce(method: keyof Homeserver): () => void {
        const held = Promise.withResolvers<undefined>();
        this.#holds.push({ method, until: held.promise });
        return () => held.resolve(undefined);
    }

    /** As with a registration that covers the local users: of every room. */
    sendEverything(): void {
        this.#tellsEverything = true;
    }

    encryptNewRooms(): void {
        this.#encryptNewRooms = true;
    }

    /** What is in a room, of one type. */
    eventsIn(room: MatrixRoomId, type: string): SentEvent[] {
        return this.#room(room)
            .events.filter((event) => event.type === type)
            .map((event) => this.#withAge(event));
    }

    get rooms(): MatrixRoomId[] {
        return [...this.#rooms.keys()];
    }

    /** A user of a client makes a room and invites a ghost. */
    createRoomOf(user: MatrixUserId, invite: MatrixUserId, isDirect = true): MatrixRoomId {
        const room = this.#newRoom();
        this.#member(room, user, user, "join");
        this.#member(room, user, invite, "invite", isDirect);
        return room;
    }

    sendAs(user: MatrixUserId, room: MatrixRoomId, type: string, content: Readonly<Record<string, unknown>>): void {
        this.#mustBeIn(room, user);
        this.#add(room, { type, sender: user, content });
    }

    joinAs(user: MatrixUserId, room: MatrixRoomId): void {
        this.#member(room, user, user, "join");
    }

    leaveAs(user: MatrixUserId, room: MatrixRoomId): void {
        this.#member(room, user, user, "leave");
    }

    kick(by: MatrixUserId, room: MatrixRoomId, user: MatrixUserId): void {
        this.#member(room, by, user, "leave");
    }

    setStateAs(user: MatrixUserId, room: MatrixRoomId, type: string, content: Readonly<Record<string, unknown>>): void {
        this.#add(room, { type, sender: user, content, state_key: "" });
    }

    /** The membership of a user as a client would see it. */
    membershipOf(room: MatrixRoomId, user: MatrixUserId): Membership {
        return this.#room(room).members.get(user) ?? "none";
    }

    register(ghost: MatrixUserId): Promise<void> {
        return this.#ask("register", () => void this.#users.add(ghost));
    }

    setDisplayName(as: MatrixUserId, displayName: string): Promise<void> {
        return this.#ask("setDisplayName", () => {
            this.#mustExist(as);
            this.displayNames.set(as, displayName);
        });
    }

    userExists(user: MatrixUserId): Promise<boolean> {
        return this.#ask("userExists", () => this.#users.has(user) || this.#remoteUsers.has(user));
    }

    createRoom(as: MatrixUserId, request: RoomRequest): Promise<MatrixRoomId> {
        return this.#ask("createRoom", () => {
            this.#mustExist(as);
            this.roomRequests.push(request);
            const room = this.#newRoom();
            this.#member(room, as, as, "join");
            for (const { type, stateKey, content } of request.initialState) {
                this.#add(room, { type, sender: as, state_key: stateKey, content });
            }
            if (this.#encryptNewRooms) this.setStateAs(as, room, "m.room.encryption", {});
            return room;
        });
    }

    invite(as: MatrixUserId, room: MatrixRoomId, user: MatrixUserId): Promise<void> {
        return this.#ask("invite", () => {
            this.#mustBeIn(room, as);
            this.#member(room, as, user, "invite", true);
        });
    }

    join(as: MatrixUserId, room: MatrixRoomId): Promise<void> {
        return this.#ask("join", () => {
            this.#mustExist(as);
            const membership = this.membershipOf(room, as);
            if (membership !== "invite" && membership !== "join") throw forbidden("not invited");
            this.#member(room, as, as, "join");
        });
    }

    leave(as: MatrixUserId, room: MatrixRoomId): Promise<void> {
        return this.#ask("leave", () => {
            this.#mustBeIn(room, as);
            this.#member(room, as, as, "leave");
        });
    }

    memberName(as: MatrixUserId, room: MatrixRoomId, user: MatrixUserId): Promise<string | undefined> {
        return this.#ask("memberName", () => {
            this.#mustBeIn(room, as);
            return this.displayNames.get(user);
        });
    }

    membership(as: MatrixUserId, room: MatrixRoomId, user: MatrixUserId): Promise<Membership> {
        return this.#ask("membership", () => {
            this.#mustBeIn(room, as);
            return this.membershipOf(room, user);
        });
    }

    isEncrypted(as: MatrixUserId, room: MatrixRoomId): Promise<boolean> {
        return this.#ask("isEncrypted", () => {
            this.#mustBeIn(room, as);
            return this.eventsIn(room, "m.room.encryption").length > 0;
        });
    }

    recentEvents(as: MatrixUserId, room: MatrixRoomId, limit: number): Promise<readonly unknown[]> {
        return this.#ask("recentEvents", () => {
            this.#mustBeIn(room, as);
            return this.#room(room)
                .events.slice(-limit)
                .map((event) => this.#withAge(event));
        });
    }

    send(
        as: MatrixUserId,
        room: MatrixRoomId,
        type: string,
        content: Readonly<Record<string, unknown>>,
        transactionId: string,
    ): Promise<void> {
        return this.#ask(`send ${type}`, () => {
            this.#mustBeIn(room, as);
            mustBeCanonical(content);
            const transaction = `${as} ${transactionId}`;
            if (this.#transactions.has(transaction)) return;
            this.#transactions.add(transaction);
            this.#add(room, { type, sender: as, content });
        });
    }

    async #ask<Reply>(request: string, answer: () => Reply): Promise<Reply> {
        this.requests.push(request);
        const at = this.#failures.findIndex(({ method }) => request.split(" ")[0] === method);
        const [failure] = at < 0 ? [] : this.#failures.splice(at, 1);
        const held = this.#holds.findIndex(({ method }) => request.split(" ")[0] === method);
        const [hold] = held < 0 ? [] : this.#holds.splice(held, 1);
        await hold?.until;
        await Promise.resolve();
        if (failure !== undefined) throw failure.error;
        return answer();
    }

    #newRoom(): MatrixRoomId {
        this.#count += 1;
        const room = `!room${this.#count}:matrix.example` as MatrixRoomId;
        this.#rooms.set(room, { members: new Map(), events: [] });
        return room;
    }

    #room(room: MatrixRoomId): Room {
        const found = this.#rooms.get(room);
        if (found === undefined) throw forbidden("no such room");
        return found;
    }

    #member(
        room: MatrixRoomId,
        sender: MatrixUserId,
        user: MatrixUserId,
        membership: Membership,
        isDirect?: boolean,
    ): void {
        // a user's own join is not visible in the state before it
        this.#room(room).members.set(user, membership);
        const content = { membership, ...(isDirect === undefined ? {} : { is_direct: isDirect }) };
        this.#add(room, { type: "m.room.member", sender, state_key: user, content }, user);
    }

    #add(
        room: MatrixRoomId,
        event: Pick<SentEvent, "type" | "sender" | "content" | "state_key">,
        about?: MatrixUserId,
    ): void {
        this.#count += 1;
        const { members, events } = this.#room(room);
        const sent = {
            event_id: `$event${this.#count}`,
            room_id: room,
            origin_server_ts: this.#clock.now(),
            ...event,
        };
        events.push(sent);
        const concernsUs =
            this.#tellsEverything ||
            (about !== undefined && this.#isOurs(about)) ||
            [...members].some(([user, membership]) => membership === "join" && this.#isOurs(user));
        if (concernsUs) queueMicrotask(() => this.#deliver(this.#withAge(sent)));
    }

    /** As Synapse: an age for events of its own users, none for those of other homeservers. */
    #withAge(event: SentEvent): SentEvent {
        if (!event.sender.endsWith(":matrix.example")) return event;
        return { ...event, unsigned: { age: this.#clock.now() - event.origin_server_ts } };
    }

    #mustExist(user: MatrixUserId): void {
        if (!this.#users.has(user)) throw forbidden("not registered");
    }

    #mustBeIn(room: MatrixRoomId, user: MatrixUserId): void {
        if (this.membershipOf(room, user) !== "join") throw forbidden("not in the room");
    }
}

/** As homeservers do: an event with a number that is no integer is rejected (appendices, "Canonical JSON"). */
function mustBeCanonical(content: Readonly<Record<string, unknown>>): void {
    const check = (_key: string, value: unknown): unknown => {
        if (typeof value !== "number" || Number.isInteger(value)) return value;
        throw new HomeserverError("bad JSON value: float", { status: 400, errcode: "M_BAD_JSON" });
    };
    JSON.stringify(content, check);
}

function forbidden(message: string): HomeserverError {
    return new HomeserverError(message, { status: 403, errcode: "M_FORBIDDEN" });
}
