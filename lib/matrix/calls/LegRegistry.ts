import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { CallLeg } from "../../ports/CallLeg.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { CallMessage } from "./callEventContent.ts";
import { ExpiringMap } from "../ExpiringMap.ts";
import type { IgnoreReason } from "./matrixLegStep.ts";
import type { LiveCall } from "./resolveGlare.ts";

/** A live call in a room, as the event handlers see it. No method throws or waits. */
export interface RoutedLeg extends LiveCall {
    /** Resolves when it is clear whether there will be a call. Absent for a leg of a call. */
    readonly settled?: Promise<unknown>;
    /** Processes a call event with this call's ID. Returns the reason if it had no effect. */
    onCallEvent(sender: MatrixUserId, message: CallMessage): IgnoreReason | undefined;
    /** The user sent an answer that cannot be decoded. A call that rings ends for both sides. Absent if the user is the caller. */
    unreadableAnswer?(sender: MatrixUserId): IgnoreReason | undefined;
    userJoined(): void;
    userLeft(): void;
    /** The leg and its ghost, once the user is connected. */
    readonly connected?: { readonly ghost: MatrixUserId; readonly leg: CallLeg } | undefined;
    /** The ghost was removed from the room. */
    ghostLeft(): void;
    /** The user calls the ghost at the same time: this call, which still rings, ends in favour of the user's. */
    endByGlare(): void;
}

/** Late candidates, second hangups and events delivered again after an outage arrive within this time. */
const ENDED_CALL_MS = 10 * 60_000;
const MAX_ENDED_CALLS = 20_000;

/** Finds the call of a call event. The key is room and call ID together, because the caller chooses the call ID. */
export class LegRegistry {
    readonly #legs = new Map<string, RoutedLeg>();
    readonly #byRoom = new Map<MatrixRoomId, Map<string, RoutedLeg>>();
    readonly #ended: ExpiringMap<true>;

    constructor(clock: Clock) {
        this.#ended = new ExpiringMap(clock, { max: MAX_ENDED_CALLS, ttlMs: ENDED_CALL_MS });
    }

    get size(): number {
        return this.#legs.size;
    }

    add(room: MatrixRoomId, callId: string, leg: RoutedLeg): void {
        this.#legs.set(keyOf(room, callId), leg);
        const calls = this.#byRoom.get(room) ?? new Map<string, RoutedLeg>();
        this.#byRoom.set(room, calls.set(callId, leg));
    }

    find(room: MatrixRoomId, callId: string): RoutedLeg | undefined {
        return this.#legs.get(keyOf(room, callId));
    }

    /** The connected call of a user with a ghost, in any room. */
    connectedCall(user: MatrixUserId, ghost: MatrixUserId): CallLeg | undefined {
        const calls = [...this.#legs.values()].filter((leg) => leg.user === user && leg.connected?.ghost === ghost);
        return calls[0]?.connected?.leg;
    }

    inRoom(room: MatrixRoomId): readonly RoutedLeg[] {
        return [...(this.#byRoom.get(room)?.values() ?? [])];
    }

    /** Removes an ended call; its ID stays blocked for a while. Has no effect on the legs if it was never added. */
    remove(room: MatrixRoomId, callId: string): void {
        this.#ended.set(keyOf(room, callId), true);
        this.#legs.delete(keyOf(room, callId));
        const calls = this.#byRoom.get(room);
        calls?.delete(callId);
        if (calls?.size === 0) this.#byRoom.delete(room);
    }

    hasEnded(room: MatrixRoomId, callId: string): boolean {
        return this.#ended.has(keyOf(room, callId));
    }
}

/** A room ID contains no white space, so keys are unique. */
function keyOf(room: MatrixRoomId, callId: string): string {
    return `${room} ${callId}`;
}
