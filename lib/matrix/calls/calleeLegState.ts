import type { EndCause, IceCandidate } from "../../call/vocabulary.ts";
import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { CallMessage } from "./callEventContent.ts";
import { causeOfHangup } from "./matrixEndCause.ts";
import { ignore, step, type LegStep } from "./matrixLegStep.ts";
import { type Negotiation, receiveNegotiation } from "./negotiation.ts";
import { isSameParty, mayEndCallOf, partyOf, type MatrixParty } from "./MatrixParty.ts";

/** A call to a Matrix user, as the bridge sees it. The user may have many devices that ring. */
export type CalleeLegState =
    /** Nothing of the call is in the room yet: it is looked for or made, or the user has not joined it. */
    | { readonly phase: "approaching" }
    /** m.call.invite is out. What devices say of their candidates is kept until one of them answers. */
    | { readonly phase: "ringing"; readonly heard: EarlyCandidates }
    /** One device answered; no other one has a say any more. */
    | { readonly phase: "answered"; readonly peer: MatrixParty; readonly negotiation: Negotiation }
    | { readonly phase: "ended" };

type EarlyCandidates = readonly { readonly from: MatrixParty; readonly candidates: readonly IceCandidate[] }[];

/** Devices a person has, and candidates a device finds before its user answers, with room to spare. */
const MAX_PARTIES = 20;
const MAX_CANDIDATES_PER_PARTY = 100;

/** What a call event from the room does to the call. Pure; never throws. */
export function onMessageToCaller(
    state: CalleeLegState,
    callee: MatrixUserId,
    sender: MatrixUserId,
    message: CallMessage,
): LegStep<CalleeLegState> {
    if (sender !== callee) return ignore(state, "other_user");
    const party = partyOf(sender, message);
    switch (state.phase) {
        case "approaching":
        case "ended":
            return ignore(state, "wrong_state");
        case "ringing":
            return whileRinging(state, party, message);
        case "answered":
            if (!isFromPeer(party, state.peer, message)) return ignore(state, "other_party");
            return whileAnswered(state, message);
    }
}

/** The callee left the room: before the answer that is a no, afterwards a hang-up (specification, VoIP module). */
export function onCalleeLeft(state: CalleeLegState): LegStep<CalleeLegState> {
    const ended = { phase: "ended" } as const;
    switch (state.phase) {
        case "approaching":
            return step(ended, { kind: "ended", cause: "unavailable" });
        case "ringing":
            return step(ended, { kind: "ended", cause: "declined" });
        case "answered":
            return step(ended, { kind: "ended", cause: "hungUp" });
        case "ended":
            return ignore(state, "wrong_state");
    }
}

/** Whether the callee must be notified if we end the call: only a call that was sent to the room is visible. */
export function needsHangup(state: CalleeLegState): boolean {
    return state.phase === "ringing" || state.phase === "answered";
}

function whileRinging(
    state: Extract<CalleeLegState, { phase: "ringing" }>,
    party: MatrixParty,
    message: CallMessage,
): LegStep<CalleeLegState> {
    switch (message.kind) {
        case "candidates": {
            const heard = hear(state.heard, party, message.candidates);
            return heard === undefined ? ignore(state, "wrong_state") : step({ phase: "ringing", heard });
        }
        case "answer": {
            const early = state.heard.find((entry) => isSameParty(entry.from, party))?.candidates ?? [];
            const answered = step<CalleeLegState>(
                { phase: "answered", peer: party, negotiation: "none" },
                { kind: "answered", sdp: message.sdp },
                ...(early.length === 0 ? [] : [{ kind: "candidates", candidates: early } as const]),
            );
            // version 0 has no parties to choose from
            return party.partyId === undefined ? answered : { ...answered, selectedPartyId: party.partyId };
        }
        case "reject":
        case "hangup":
            // one device has no microphone or may not use it; the others ring on
            if (message.reason === "user_media_failed") return step(state);
            // a client of version 0 declines by hangup
            return ended(causeOfHangup(message.reason, "calledByUs"));
        case "invite":
        case "selectAnswer":
        case "negotiate":
        case "replaces":
            return ignore(state, "wrong_state");
    }
}

function whileAnswered(
    state: Extract<CalleeLegState, { phase: "answered" }>,
    message: CallMessage,
): LegStep<CalleeLegState> {
    switch (message.kind) {
        case "candidates":
            return step(state, { kind: "candidates", candidates: message.candidates });
        case "hangup":
            return ended(causeOfHangup(message.reason, "connected"));
        case "negotiate":
            return within(state, receiveNegotiation(state.negotiation, message, "client"));
        case "replaces":
            return step(state);
        case "invite":
        case "answer":
        case "selectAnswer":
        case "reject":
            return ignore(state, "wrong_state");
    }
}

function isFromPeer(party: MatrixParty, peer: MatrixParty, message: CallMessage): boolean {
    return message.kind === "hangup" ? mayEndCallOf(party, peer) : isSameParty(party, peer);
}

function ended(cause: EndCause): LegStep<CalleeLegState> {
    return step({ phase: "ended" }, { kind: "ended", cause });
}

/** Undefined when there is no room for more. */
function hear(
    heard: EarlyCandidates,
    from: MatrixParty,
    candidates: readonly IceCandidate[],
): EarlyCandidates | undefined {
    const known = heard.find((entry) => isSameParty(entry.from, from));
    if (known === undefined) return heard.length < MAX_PARTIES ? [...heard, { from, candidates }] : undefined;
    const all = [...known.candidates, ...candidates];
    if (all.length > MAX_CANDIDATES_PER_PARTY) return undefined;
    return heard.map((entry) => (entry === known ? { from, candidates: all } : entry));
}

function within(
    state: Extract<CalleeLegState, { readonly phase: "answered" }>,
    { state: negotiation, ...rest }: LegStep<Negotiation>,
): LegStep<CalleeLegState> {
    return { ...rest, state: { ...state, negotiation } };
}
