import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { CallMessage } from "./callEventContent.ts";
import { ExpiringMap } from "../ExpiringMap.ts";
import type { IgnoredBecause } from "./matrixLegStep.ts";
import type { LiveCall } from "./resolveGlare.ts";

/** A live call in a room, for those who bring it what happens there. No method throws or waits. */
export interface RoutedLeg extends LiveCall {
    /** Takes in a call event with this call's id. Says why, if it had no effect. */
    take(sender: MatrixUserId, message: CallMessage): IgnoredBecause | undefined;
    userJoined(): void;
    userLeft(): void;
    /** Our own member of the room was removed. */
    ghostLeft(): void;
    /** The user calls us meanwhile: this call, which still rings, ends in favour of theirs. */
    giveWay(): void;
}

/** Late candidates, second hang-ups and deliveries repeated after an outage come within this time. */
const TOMBSTONE_MS = 10 * 60_000;
const TOMBSTONES = 20_000;

/** Which call a call event belongs to. Calls are named by their room and call id together: either alone is the caller's whim. */
export class LegRegistry {
    readonly #legs = new Map<string, RoutedLeg>();
    readonly #byRoom = new Map<MatrixRoomId, Map<string, RoutedLeg>>();
    readonly #tombstones: ExpiringMap<true>;

    constructor(clock: Clock) {
        this.#tombstones = new ExpiringMap(clock, { max: TOMBSTONES, ttlMs: TOMBSTONE_MS });
    }

    get size(): number {
        return this.#legs.size;
    }

    add(room: MatrixRoomId, callId: string, leg: RoutedLeg): void {
        this.#legs.set(keyOf(room, callId), leg);
        const there = this.#byRoom.get(room) ?? new Map<string, RoutedLeg>();
        this.#byRoom.set(room, there.set(callId, leg));
    }

    find(room: MatrixRoomId, callId: string): RoutedLeg | undefined {
        return this.#legs.get(keyOf(room, callId));
    }

    inRoom(room: MatrixRoomId): readonly RoutedLeg[] {
        return [...(this.#byRoom.get(room)?.values() ?? [])];
    }

    /** The call is over: its name is not taken up again for a while. Fine if it was never added. */
    bury(room: MatrixRoomId, callId: string): void {
        this.#tombstones.set(keyOf(room, callId), true);
        this.#legs.delete(keyOf(room, callId));
        const there = this.#byRoom.get(room);
        there?.delete(callId);
        if (there?.size === 0) this.#byRoom.delete(room);
    }

    isBuried(room: MatrixRoomId, callId: string): boolean {
        return this.#tombstones.has(keyOf(room, callId));
    }
}

/** A room id holds no white space, so no two pairs share a key. */
function keyOf(room: MatrixRoomId, callId: string): string {
    return `${room} ${callId}`;
}
