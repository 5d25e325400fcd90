import type { CallMessage } from "./callEventContent.ts";
import { causeOfHangup } from "./matrixEndCause.ts";
import { ignore, step, type LegStep } from "./matrixLegStep.ts";
import { type Negotiation, receiveNegotiation } from "./negotiation.ts";
import { isSameParty, mayEndCallOf, partyOf, type MatrixParty } from "./MatrixParty.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";

/** A call that a Matrix user placed, as the bridge sees it. Its caller is one device from the first. */
export type CallerLegState =
    | { readonly phase: "calling" }
    /** We sent m.call.answer. */
    | { readonly phase: "accepted"; readonly negotiation: Negotiation }
    | { readonly phase: "ended" };

/** The two ends of the call: the device that called, and the party id we answer under. */
export interface CallerLegParties {
    readonly caller: MatrixParty;
    readonly ourPartyId: string;
}

/** What a call event from the room does to the call. Pure; never throws. */
export function onMessageToCallee(
    state: CallerLegState,
    { caller, ourPartyId }: CallerLegParties,
    sender: MatrixUserId,
    message: CallMessage,
): LegStep<CallerLegState> {
    if (sender !== caller.user) return ignore(state, "other_user");
    const party = partyOf(sender, message);
    const isFromCaller = message.kind === "hangup" ? mayEndCallOf(party, caller) : isSameParty(party, caller);
    if (!isFromCaller) return ignore(state, "other_party");
    if (state.phase === "ended") return ignore(state, "wrong_state");
    switch (message.kind) {
        case "candidates":
            return step(state, { kind: "candidates", candidates: message.candidates });
        case "hangup": {
            const cause = causeOfHangup(message.reason, state.phase === "calling" ? "callingUs" : "connected");
            return step({ phase: "ended" }, { kind: "ended", cause });
        }
        case "selectAnswer":
            if (message.selectedPartyId === ourPartyId) return step(state);
            return step({ phase: "ended" }, { kind: "ended", cause: "answeredElsewhere" });
        case "negotiate":
            if (state.phase === "calling") return ignore(state, "wrong_state");
            return within(state, receiveNegotiation(state.negotiation, message, "bridge"));
        case "replaces":
            return state.phase === "calling" ? ignore(state, "wrong_state") : step(state);
        case "invite":
        case "answer":
        case "reject":
            return ignore(state, "wrong_state");
    }
}

/** The caller left the room, which is to hang up (specification, VoIP module). */
export function onCallerLeft(state: CallerLegState): LegStep<CallerLegState> {
    const ended = { phase: "ended" } as const;
    switch (state.phase) {
        case "calling":
            return step(ended, { kind: "ended", cause: "cancelled" });
        case "accepted":
            return step(ended, { kind: "ended", cause: "hungUp" });
        case "ended":
            return ignore(state, "wrong_state");
    }
}

/** The event with which we end the call: reject before the answer, hangup after it. */
export function endSignalOf(state: CallerLegState): "refusal" | "hangup" | "none" {
    switch (state.phase) {
        case "calling":
            return "refusal";
        case "accepted":
            return "hangup";
        case "ended":
            return "none";
    }
}

function within(
    state: Extract<CallerLegState, { readonly phase: "accepted" }>,
    { state: negotiation, ...rest }: LegStep<Negotiation>,
): LegStep<CallerLegState> {
    return { ...rest, state: { ...state, negotiation } };
}
