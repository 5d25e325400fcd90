import { setImmediate } from "node:timers/promises";
import { type CallId, targetLeg } from "../../../lib/call/vocabulary.ts";
import { connectHandlers, type HandlerParts, type ConnectedHandlers } from "../../../lib/matrix/connectHandlers.ts";
import { GhostNames } from "../../../lib/matrix/ghosts/GhostNames.ts";
import type { MatrixRoomId, MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import type { CallProvenance } from "../../../lib/numbering/CallProvenance.ts";
import type { RemoteParty } from "../../../lib/numbering/RemoteParty.ts";
import type { LegEvent, LegReport, TargetLeg } from "../../../lib/ports/CallLeg.ts";
import { FakeClock } from "../FakeClock.ts";
import { FakeDirectory } from "../FakeDirectory.ts";
import { KeptLog, KeptRecorder, KeptTelemetry } from "../quiet.ts";
import { browserDescription } from "./descriptions.ts";
import { FakeHomeserver } from "./FakeHomeserver.ts";
import { KeptIntake } from "./KeptIntake.ts";
import { MemoryInbox } from "./MemoryInbox.ts";
import { allowedBy } from "../dialling.ts";

export const alice = "@alice:matrix.example" as MatrixUserId;
export const mallory = "@mallory:matrix.example" as MatrixUserId;
/** On a homeserver of her own. */
export const carol = "@carol:elsewhere.example" as MatrixUserId;
export const bob: RemoteParty = { kind: "number", number: "+442071838750" as PhoneNumber, displayName: "Bob" };
export const bobsGhost = "@sip_=2b442071838750:matrix.example" as MatrixUserId;
export const RING_MS = 60_000;

/** A call from SIP to a Matrix user, as the desk has it. */
export interface DialledCall {
    readonly callId: CallId;
    readonly leg: TargetLeg;
    readonly events: LegEvent[];
}

/** The Matrix adapter on a homeserver, a directory, a desk and a clock that the spec owns. */
export class CallsWorld {
    readonly clock = new FakeClock();
    readonly directory = new FakeDirectory();
    readonly intake = new KeptIntake();
    readonly inbox: MemoryInbox;
    readonly telemetry = new KeptTelemetry();
    readonly recorder = new KeptRecorder();
    readonly log = new KeptLog();
    readonly homeserver: FakeHomeserver;
    /** The adapter of the run at the moment. */
    calls: ConnectedHandlers;
    readonly #parts: HandlerParts;
    #ids = 0;

    constructor(changes: Partial<HandlerParts> = {}, inbox = new MemoryInbox()) {
        this.inbox = inbox;
        const names = new GhostNames("matrix.example", "sip_", "bot");
        this.homeserver = new FakeHomeserver(this.clock, (user) => names.isOurs(user), [alice, mallory, carol]);
        this.#parts = {
            names,
            homeserver: this.homeserver,
            directory: this.directory,
            inbox: this.inbox,
            dialPlan: { whoMayDial: allowedBy("carrier"), isDialable: () => true, hasRule: () => true },
            intake: this.intake,
            newCallId: () => this.#newId(),
            telemetry: this.telemetry,
            recorder: this.recorder,
            clock: this.clock,
            log: this.log,
            mayJoinAs: (user) => user.endsWith(":matrix.example"),
            numbering: { defaultCountry: "GB" },
            outboundPolicy: { ringMs: RING_MS, maxDurationMs: 3_600_000 },
            ringMs: RING_MS,
            mediaOf: () => ({ media: "rtp" }),
            ...changes,
        };
        this.calls = connectHandlers(this.#parts);
        this.homeserver.listen((event) => this.calls.router.onEvent(event));
    }

    /** The bridge is restarted: the adapter forgets everything that is not in the homeserver or the directory. */
    restart(): void {
        this.calls = connectHandlers(this.#parts);
    }

    /** Everything that can happen without time passing has happened. */
    async settle(): Promise<void> {
        await setImmediate();
    }

    dial(callee: MatrixUserId = alice, caller: RemoteParty = bob, provenance: CallProvenance = {}): DialledCall {
        const callId = this.#newId();
        const events: LegEvent[] = [];
        const target = { network: "matrix", media: "webrtc", callee, caller, provenance } as const;
        const report: LegReport = (event) => {
            if (event.kind !== "recordChanged") events.push(event);
        };
        return { callId, events, leg: this.calls.dialler.dial(callId, target, report, targetLeg(1)) };
    }

    /** A call from SIP that rings, in the room it rings in. */
    async ringing(
        callee?: MatrixUserId,
        provenance?: CallProvenance,
    ): Promise<DialledCall & { readonly room: MatrixRoomId }> {
        const call = this.dial(callee, bob, provenance);
        await call.leg.offer(browserDescription());
        await this.settle();
        const room = this.homeserver.rooms.at(-1);
        if (room === undefined) throw new Error("the call made no room");
        return { ...call, room };
    }

    /** A room that alice's client made with a ghost, who is in it. */
    async directRoom(ghost: MatrixUserId = bobsGhost): Promise<MatrixRoomId> {
        const room = this.homeserver.createRoomOf(alice, ghost);
        await this.settle();
        return room;
    }

    /** Says something in a call as a device of a user. */
    sendCallEvent(
        user: MatrixUserId,
        room: MatrixRoomId,
        callId: string,
        type: string,
        content: Readonly<Record<string, unknown>> = {},
        device = "PHONE",
    ): void {
        const common = { call_id: callId, version: "1", party_id: device };
        this.homeserver.sendAs(user, room, `m.call.${type}`, { ...common, ...content });
    }

    invite(room: MatrixRoomId, callId: string, more: Readonly<Record<string, unknown>> = {}, user = alice): void {
        const offer = { type: "offer", sdp: browserDescription() };
        this.sendCallEvent(user, room, callId, "invite", { lifetime: RING_MS, offer, ...more });
    }

    /** What the bridge said in a room of one type. */
    sentByBridge(room: MatrixRoomId, type: string): Readonly<Record<string, unknown>>[] {
        return this.homeserver
            .eventsIn(room, type)
            .filter((event) => event.sender.startsWith("@sip_"))
            .map((event) => event.content);
    }

    notices(room: MatrixRoomId): unknown[] {
        return this.sentByBridge(room, "m.room.message").map((content) => content["body"]);
    }

    #newId(): CallId {
        this.#ids += 1;
        return `call${this.#ids}` as CallId;
    }
}
