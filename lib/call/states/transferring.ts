import type { CallEffect, TransferProgress } from "../CallEffect.ts";
import type { CallEvent } from "../CallEvent.ts";
import type { Changing, Connected, ReadyTransfer, Transfer } from "../CallState.ts";
import { end, go, stay, type Transition } from "../transition.ts";
import { type EndCause, type LegId, linkLeg } from "../vocabulary.ts";
import { beginJoin } from "./enter.ts";
import { isParty, refuseLink, refuseTransfer } from "./parties.ts";

/** The events of a transfer. While its target is called, the call goes on as before. */
type TransferEvent = Extract<
    CallEvent,
    {
        readonly kind:
            | "transferRequested"
            | "transferPlaced"
            | "transferRinging"
            | "transferDone"
            | "transferFailed"
            | "joinRequested"
            | "legEnded";
    }
>;

export function onTransferEvent(state: Connected | Changing, event: TransferEvent, now: number): Transition {
    switch (event.kind) {
        case "transferRequested":
            return requestTransfer(state, event.leg);
        case "transferPlaced":
            return go(state, ...toTransferor(state.transfer, { stage: "placed" }));
        case "transferRinging":
            return go(state, ...toTransferor(state.transfer, { stage: "ringing" }));
        case "transferDone":
            return state.transfer?.stage === "requested" ? leaveToParty(state, now) : stay(state);
        case "transferFailed":
            return state.transfer?.stage === "requested" ? failTransfer(state, event.cause, now) : stay(state);
        case "joinRequested":
            return prepareJoin(state, event.leg, now);
        case "legEnded":
            return legEnded(state, event, now);
    }
}

/** One transfer at a time. */
function requestTransfer(state: Connected | Changing, leg: LegId): Transition {
    if (!isParty(state, leg)) return stay(state);
    if (state.transfer !== undefined) return refuseTransfer(state, leg);
    const transfer: Transfer = { by: leg, stage: "requested", transferor: "present" };
    return go({ ...state, transfer }, { kind: "placeTransfer", leg });
}

/** The other call waits until a change of the session is complete. */
function prepareJoin(state: Connected | Changing, leg: LegId, now: number): Transition {
    const { transferor } = state.transfer ?? { transferor: "present" };
    const isFree = state.transfer === undefined || (state.transfer.by === leg && state.transfer.stage === "requested");
    if (!isFree || !isParty(state, leg)) return refuseLink(state);
    const links = state.links + 1;
    const transfer: ReadyTransfer = { by: leg, transferor, stage: "ready", arrives: linkLeg(links) };
    const seat: CallEffect = { kind: "seatLink", leg: transfer.arrives };
    if (state.phase === "changing") return go({ ...state, links, transfer }, seat);
    const then = beginJoin({ ...state, links }, transfer, undefined, now);
    return go(then.state, seat, ...then.effects);
}

/** The party that stays talks to the target without the bridge. */
function leaveToParty(state: Connected | Changing, now: number): Transition {
    const ending = end(state, { cause: "replaced", by: "bridge", now });
    return go(ending.state, ...toTransferor(state.transfer, { stage: "done" }), ...ending.effects);
}

function legEnded(
    state: Connected | Changing,
    { leg, cause }: Extract<CallEvent, { readonly kind: "legEnded" }>,
    now: number,
): Transition {
    const { transfer } = state;
    if (transfer?.by === leg) return stay({ ...state, transfer: { ...transfer, transferor: "left" } });
    if (transfer?.stage === "ready" && transfer.arrives === leg) return failTransfer(state, cause, now);
    return stay(state);
}

/** The call is as it was. If the party that asked for the transfer has left, the other one would be alone. */
export function failTransfer(
    state: Connected | Changing,
    cause: EndCause,
    now: number,
    ...before: readonly CallEffect[]
): Transition {
    if (state.transfer?.transferor === "left") {
        const ending = end(state, { cause, by: "bridge", now });
        return go(ending.state, ...before, ...ending.effects);
    }
    const told = toTransferor(state.transfer, { stage: "failed", cause });
    return go({ ...state, transfer: undefined }, ...before, ...told);
}

/** Tells the party that asked for the transfer, as long as it is there. */
export function toTransferor(transfer: Transfer | undefined, progress: TransferProgress): readonly CallEffect[] {
    return transfer?.transferor === "present" ? [{ kind: "reportTransfer", leg: transfer.by, progress }] : [];
}
