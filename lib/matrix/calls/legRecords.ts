import {
    parseMatrixRoomId,
    parseMatrixUserId,
    type MatrixRoomId,
    type MatrixUserId,
} from "../../numbering/MatrixUserId.ts";
import type { MatrixCalleeRecord, MatrixCallerRecord, MatrixLegRecord } from "../../ports/LegRecord.ts";
import type { CalleeLegState } from "./calleeLegState.ts";
import type { CallerLegState } from "./callerLegState.ts";
import type { OurParty } from "./encodeCallEvent.ts";
import type { MatrixParty } from "./MatrixParty.ts";

/** Where a call takes place in Matrix, and between whom. */
export interface LegPlace {
    readonly room: MatrixRoomId;
    readonly ghost: MatrixUserId;
    readonly user: MatrixUserId;
    readonly us: OurParty;
    readonly negotiations: number;
}

/** What is the same in the records of both roles. */
function placeRecord({ room, ghost, user, us, negotiations }: LegPlace) {
    const { callId: matrixCallId, version, partyId } = us;
    return { network: "matrix", room, ghost, user, matrixCallId, version, partyId, negotiations } as const;
}

/** Undefined for a record that was edited by hand. */
export function placeOf(record: MatrixLegRecord): LegPlace | undefined {
    const room = parseMatrixRoomId(record.room);
    const ghost = parseMatrixUserId(record.ghost);
    const user = parseMatrixUserId(record.user);
    if (room === undefined || ghost === undefined || user === undefined) return undefined;
    const { matrixCallId: callId, version, partyId, negotiations } = record;
    return { room, ghost, user, us: { callId, version, partyId }, negotiations };
}

/** The part of a callee's record that its state decides; undefined if the callee knows nothing of the call. */
export function calleeRecord(place: LegPlace, state: CalleeLegState): MatrixCalleeRecord | undefined {
    switch (state.phase) {
        case "approaching":
        case "ended":
            return undefined;
        case "ringing":
            return { ...placeRecord(place), role: "callee", phase: "ringing" };
        case "answered": {
            const { version, partyId } = state.peer;
            return { ...placeRecord(place), role: "callee", phase: "answered", peer: { version, partyId } };
        }
    }
}

/** The state that a callee's leg goes on in. A negotiation that was open is over: Matrix has no event to reject it. */
export function calleeStateOf({ phase, peer }: MatrixCalleeRecord, user: MatrixUserId): CalleeLegState {
    if (phase === "ringing" || peer === undefined) return { phase: "ringing", heard: [] };
    return { phase: "answered", peer: partyFrom(user, peer), negotiation: "none" };
}

/** As `calleeRecord`, for the caller. */
export function callerRecord(
    place: LegPlace,
    caller: MatrixParty,
    state: CallerLegState,
): MatrixCallerRecord | undefined {
    if (state.phase === "ended") return undefined;
    return { ...placeRecord(place), role: "caller", phase: state.phase, peerPartyId: caller.partyId };
}

/** The state that a caller's leg goes on in. */
export function callerStateOf({ phase }: MatrixCallerRecord): CallerLegState {
    return phase === "calling" ? { phase } : { phase: "accepted", negotiation: "none" };
}

/** The device of a party as a record has it. */
export function partyFrom(
    user: MatrixUserId,
    { version, partyId }: { readonly version: 0 | 1; readonly partyId?: string | undefined },
): MatrixParty {
    return { user, version, ...(partyId !== undefined && { partyId }) };
}
