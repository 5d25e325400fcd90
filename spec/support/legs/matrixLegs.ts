import { expect } from "vitest";
import { type LegId, ORIGIN, type Sdp, targetLeg } from "../../../lib/call/vocabulary.ts";
import type { MatrixRoomId } from "../../../lib/numbering/MatrixUserId.ts";
import type { CallLeg, LegEvent, OriginLeg, TargetLeg } from "../../../lib/ports/CallLeg.ts";
import { alice, CallsWorld } from "../matrix/CallsWorld.ts";
import { type NetworkTraits, type OriginWorld, type Party, stored, type TargetWorld, type Told } from "./LegWorld.ts";

export const MATRIX: NetworkTraits = {
    silentAbout: new Set(["ringing", "rejection", "postponement"]),
    disagreement: "impossible",
    resumedBeforeAnswer: "goesOn",
};

const TYPES: Readonly<Record<Told, readonly string[]>> = {
    offer: ["m.call.invite"],
    ringing: [],
    answer: ["m.call.answer"],
    newOffer: ["m.call.negotiate"],
    newAnswer: ["m.call.negotiate"],
    rejection: [],
    postponement: [],
    end: ["m.call.hangup", "m.call.reject"],
};
const ALL = ["m.call.invite", "m.call.answer", "m.call.negotiate", "m.call.hangup", "m.call.reject"];

/** A client of Alice in a room with the ghost. */
class MatrixClient implements Party {
    readonly #world: CallsWorld;
    readonly #room: () => MatrixRoomId | undefined;
    readonly #matrixCallId: string;
    /** How many events of each type were waited for. */
    readonly #read = new Map<string, number>();
    #state: "early" | "connected";

    constructor(world: CallsWorld, room: () => MatrixRoomId | undefined, callId: string, role: "caller" | "callee") {
        this.#world = world;
        this.#room = room;
        this.#matrixCallId = callId;
        this.#state = "early";
        this.#endBefore = role === "caller" ? "hangup" : "reject";
    }

    readonly #endBefore: "hangup" | "reject";

    get unread(): readonly string[] {
        return ALL.flatMap((type) =>
            this.#sent(type)
                .slice(this.#read.get(type) ?? 0)
                .map(() => type),
        );
    }

    async receives(told: Told): Promise<void> {
        await this.#world.settle();
        const type = TYPES[told].find((each) => this.#sent(each).length > (this.#read.get(each) ?? 0));
        if (type === undefined) throw new Error(`timed out waiting for ${told}; unread: ${this.unread.join(", ")}`);
        this.#read.set(type, (this.#read.get(type) ?? 0) + 1);
        if (told === "answer") this.#state = "connected";
    }

    rings(): Promise<void> {
        return Promise.resolve(); // a client sends nothing when it rings
    }

    answers(sdp: Sdp): Promise<void> {
        this.#state = "connected";
        return this.#say("answer", { answer: { type: "answer", sdp } });
    }

    offers(sdp: Sdp): Promise<void> {
        return this.#say("negotiate", { description: { type: "offer", sdp }, lifetime: 10_000 });
    }

    agrees(sdp: Sdp): Promise<void> {
        return this.#say("negotiate", { description: { type: "answer", sdp }, lifetime: 10_000 });
    }

    disagrees(): Promise<void> {
        throw new Error("a client cannot reject an offer");
    }

    ends(): Promise<void> {
        return this.#say(this.#state === "connected" ? "hangup" : this.#endBefore);
    }

    async #say(type: string, content: Readonly<Record<string, unknown>> = {}): Promise<void> {
        const room = this.#room();
        if (room === undefined) throw new Error("there is no room");
        this.#world.sendCallEvent(alice, room, this.#matrixCallId, type, content);
        await this.#world.settle();
    }

    #sent(type: string): readonly unknown[] {
        const room = this.#room();
        return room === undefined ? [] : this.#world.sentByBridge(room, type);
    }
}

function restarted(world: CallsWorld, leg: CallLeg, name: LegId, callId: string, reported: LegEvent[]): CallLeg {
    const record = stored(leg.snapshot());
    if (record.network !== "matrix") throw new Error("not a record of a Matrix leg");
    world.restart();
    const report = (event: LegEvent): void => void reported.push(event);
    const resumed = world.calls.resumer.resume({ callId: callId as never, leg: name }, record, report);
    if (resumed === undefined) throw new Error("the leg was not resumed");
    return resumed;
}

function nothingIsLeft(world: CallsWorld): Promise<void> {
    expect(world.calls.registry.size).toBe(0);
    return Promise.resolve();
}

/** A client that has called. */
export async function matrixOrigin(): Promise<OriginWorld> {
    const world = new CallsWorld();
    const room = await world.directRoom();
    world.invite(room, "clients-call");
    await world.settle();
    const [call] = world.intake.calls;
    if (call === undefined) throw new Error("the call was not opened");
    let leg = call.request.origin;
    const { callId } = call.request;
    return {
        party: new MatrixClient(world, () => room, "clients-call", "caller"),
        reported: call.facts,
        get leg() {
            return leg;
        },
        restart: () => {
            leg = restarted(world, leg, ORIGIN, callId, call.facts) as OriginLeg;
            return Promise.resolve();
        },
        stop: () => nothingIsLeft(world),
    };
}

/** A client that is to be called. */
export function matrixTarget(): Promise<TargetWorld> {
    const world = new CallsWorld();
    const { callId, leg: dialled, events } = world.dial();
    let leg = dialled;
    return Promise.resolve({
        party: new MatrixClient(world, () => world.homeserver.rooms.at(-1), callId, "callee"),
        reported: events,
        get leg() {
            return leg;
        },
        restart: () => {
            leg = restarted(world, leg, targetLeg(1), callId, events) as TargetLeg;
            return Promise.resolve();
        },
        stop: () => nothingIsLeft(world),
    });
}
