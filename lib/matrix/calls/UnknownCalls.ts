import { createHash } from "node:crypto";
import { z } from "zod";
import type { MatrixRoomId, MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Directory, Pair } from "../../ports/Directory.ts";
import type { Log } from "../../ports/Log.ts";
import type { Homeserver } from "../homeserver/Homeserver.ts";
import { RateLimit } from "../RateLimit.ts";
import { CALL_EVENT_TYPES, type CallMessage } from "./callEventContent.ts";
import { encodeHangup } from "./encodeCallEvent.ts";
import type { LegRegistry } from "./LegRegistry.ts";
import { newPartyId } from "./ourParty.ts";

export interface UnknownCallsParts {
    readonly homeserver: Homeserver;
    readonly directory: Directory;
    readonly registry: LegRegistry;
    readonly clock: Clock;
    readonly log: Log;
}

/** More hangups per minute would only help someone who invents calls. */
const HANGUPS_PER_MINUTE = 60;
/** Enough for the invite of a call and what was sent since. */
const HISTORY = 50;

/** The parts of a call event that tell whose call it is. */
const callEvent = z.object({
    type: z.string(),
    sender: z.string(),
    content: z.object({
        call_id: z.string(),
        party_id: z.string().optional().catch(undefined),
        invitee: z.string().min(1).optional().catch(undefined),
    }),
});
type SeenCallEvent = z.infer<typeof callEvent>;

/**
 * Ends calls that the bridge does not know but that exist for a client, for example after a crash of the bridge: the
 * client would show a connected call without audio.
 */
export class UnknownCalls {
    readonly #parts: UnknownCallsParts;
    readonly #limit: RateLimit;

    constructor(parts: UnknownCallsParts) {
        this.#parts = parts;
        this.#limit = new RateLimit(parts.clock, { times: HANGUPS_PER_MINUTE, everyMs: 60_000 });
    }

    /** Called for a call event, other than an invite, that belongs to no call. Returns immediately. */
    onMessage(room: MatrixRoomId, sender: MatrixUserId, message: CallMessage): void {
        if (!needsHangup(message) || !this.#limit.tryAcquire()) return;
        // further events of the call are dropped as `call_ended`
        this.#hangUp(room, sender, message).catch((error: unknown) => {
            this.#parts.log.warn("unknown call not ended", { matrixCallId: message.callId, roomId: room, error });
        });
    }

    async #hangUp(room: MatrixRoomId, sender: MatrixUserId, message: CallMessage): Promise<void> {
        const { homeserver, directory, registry, log } = this.#parts;
        const pair = await directory.pairOf(room);
        if (pair?.user !== sender || registry.find(room, message.callId) !== undefined) return;
        // homeservers can deliver candidates before the invite that they belong to
        const mayBeEarly = message.kind === "candidates";
        if (!mayBeEarly) registry.remove(room, message.callId);
        const history = await homeserver.recentEvents(pair.ghost, room, HISTORY);
        if (mayBeEarly) {
            if (!hasInvite(history, message.callId) || registry.find(room, message.callId) !== undefined) return;
            registry.remove(room, message.callId);
        }
        const partyId = partyToEnd(history, pair, message.callId);
        if (partyId === undefined) return;
        const hangup = encodeHangup({ callId: message.callId, version: message.version, partyId }, "unavailable");
        // the same after a restart, so that the homeserver recognises a repetition
        const transactionId = `unknown-${createHash("sha256").update(message.callId).digest("hex").slice(0, 24)}`;
        await homeserver.send(pair.ghost, room, hangup.type, hangup.content, transactionId);
        // a client that was interrupted sends these for calls of long ago
        log[mayBeEarly ? "debug" : "info"]("unknown call ended", {
            matrixCallId: message.callId,
            roomId: room,
            event: message.kind,
        });
    }
}

/** Whether the sender of this event waits for media or an answer. */
function needsHangup(message: CallMessage): boolean {
    switch (message.kind) {
        case "answer":
        case "candidates":
        case "negotiate":
            return true;
        case "invite":
        case "selectAnswer":
        case "reject":
        case "hangup":
        // matrix-js-sdk has left the call
        case "replaces":
            return false;
    }
}

/**
 * The party ID under which the ghost takes part in a call, or undefined if the call has ended or is not the ghost's: other
 * users in the room may call each other. If its invite is not in the history, the call is taken for the ghost's.
 */
function partyToEnd(history: readonly unknown[], { ghost }: Pair, callId: string): string | undefined {
    const events = eventsOf(history, callId);
    const ours = events.filter(({ sender }) => sender === ghost);
    const invite = events.find(({ type }) => type === CALL_EVENT_TYPES.invite);
    if (invite !== undefined && invite.sender !== ghost && (invite.content.invitee ?? ghost) !== ghost)
        return undefined;
    if (ours.some(({ type }) => type === CALL_EVENT_TYPES.hangup || type === CALL_EVENT_TYPES.reject)) return undefined;
    return ours.map(({ content }) => content.party_id).find((partyId) => partyId !== undefined) ?? newPartyId();
}

function hasInvite(history: readonly unknown[], callId: string): boolean {
    return eventsOf(history, callId).some(({ type }) => type === CALL_EVENT_TYPES.invite);
}

function eventsOf(history: readonly unknown[], callId: string): readonly SeenCallEvent[] {
    return history
        .map((event) => callEvent.safeParse(event).data)
        .filter((event): event is SeenCallEvent => event?.content.call_id === callId);
}
