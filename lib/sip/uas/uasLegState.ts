import type { EndCause, Sdp } from "../../call/vocabulary.ts";

/** Where an INVITE we received stands, until its dialog takes over (RFC 3261, section 13.3). */
export type UasState =
    /** No final response yet. */
    | { readonly phase: "proceeding"; readonly told: "trying" | "ringing" }
    /** The 200 is with the server, which may find that a CANCEL was first. `end`: what to do once that is known. */
    | { readonly phase: "answering"; readonly end?: EndCause }
    /** The dialog stands. */
    | { readonly phase: "up" }
    | { readonly phase: "over" };

export type UasEvent =
    | { readonly kind: "ring" }
    | { readonly kind: "accept"; readonly sdp: Sdp }
    /** The desk ends the call. */
    | { readonly kind: "end"; readonly cause: EndCause }
    /** The caller gave up; the server has answered 487. */
    | { readonly kind: "cancelled"; readonly cause: EndCause }
    /** The caller gave up by BYE, which it may (RFC 3261, section 15): the INVITE still waits for its 487. */
    | { readonly kind: "abandoned"; readonly cause: EndCause }
    /** The 200 is on the wire. */
    | { readonly kind: "answerSent" }
    /** It could not be sent any more. */
    | { readonly kind: "answerFailed"; readonly cause: EndCause }
    /** The dialog ended, or the SIP server is gone. */
    | { readonly kind: "dialogEnded" }
    | { readonly kind: "serverLost" };

export type UasOrder =
    | { readonly kind: "sendRinging" | "enterDialog" | "release" }
    | { readonly kind: "sendAnswer"; readonly sdp: Sdp }
    | { readonly kind: "sendRefusal" | "sayBye" | "report"; readonly cause: EndCause };

export interface UasStep {
    readonly state: UasState;
    readonly orders: readonly UasOrder[];
}

export const UAS_START: UasState = { phase: "proceeding", told: "trying" };

/** One step of an incoming call: pure and total. What has no meaning in a phase changes nothing. */
export function stepUas(state: UasState, event: UasEvent): UasStep {
    switch (state.phase) {
        case "proceeding":
            return whileProceeding(state, event);
        case "answering":
            return whileAnswering(state, event);
        case "up":
            return whileUp(state, event);
        case "over":
            return { state, orders: [] };
    }
}

function whileProceeding(state: Extract<UasState, { phase: "proceeding" }>, event: UasEvent): UasStep {
    switch (event.kind) {
        case "ring":
            if (state.told === "ringing") return { state, orders: [] };
            return { state: { phase: "proceeding", told: "ringing" }, orders: [{ kind: "sendRinging" }] };
        case "accept":
            return { state: { phase: "answering" }, orders: [{ kind: "sendAnswer", sdp: event.sdp }] };
        case "end":
            return over({ kind: "sendRefusal", cause: event.cause });
        case "cancelled":
            return over({ kind: "report", cause: event.cause });
        case "abandoned":
            return over({ kind: "sendRefusal", cause: "cancelled" }, { kind: "report", cause: event.cause });
        case "serverLost":
            return over({ kind: "report", cause: "serviceUnavailable" });
        case "answerSent":
        case "answerFailed":
        case "dialogEnded":
            return { state, orders: [] };
    }
}

/** The race of our 200 with a CANCEL is decided in the server: it either sends the 200 or refuses to. */
function whileAnswering(state: Extract<UasState, { phase: "answering" }>, event: UasEvent): UasStep {
    switch (event.kind) {
        case "answerSent":
            return {
                state: { phase: "up" },
                orders: [
                    { kind: "enterDialog" },
                    ...(state.end === undefined ? [] : [{ kind: "sayBye", cause: state.end } as const]),
                ],
            };
        case "answerFailed":
            return state.end === undefined ? over({ kind: "report", cause: event.cause }) : over();
        case "end":
            return { state: { phase: "answering", end: state.end ?? event.cause }, orders: [] };
        case "serverLost":
            return state.end === undefined ? over({ kind: "report", cause: "serviceUnavailable" }) : over();
        case "ring":
        case "accept":
        case "cancelled":
        case "abandoned":
        case "dialogEnded":
            return { state, orders: [] };
    }
}

/** The dialog reports its own end. */
function whileUp(state: UasState, event: UasEvent): UasStep {
    switch (event.kind) {
        case "end":
            return { state, orders: [{ kind: "sayBye", cause: event.cause }] };
        case "dialogEnded":
        case "serverLost":
            return over();
        case "ring":
        case "accept":
        case "cancelled":
        case "abandoned":
        case "answerSent":
        case "answerFailed":
            return { state, orders: [] };
    }
}

function over(...orders: UasOrder[]): UasStep {
    return { state: { phase: "over" }, orders: [...orders, { kind: "release" }] };
}
