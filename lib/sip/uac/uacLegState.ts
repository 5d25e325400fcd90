import type { EndCause } from "../../call/vocabulary.ts";

/** Where a call we place stands, until its dialog takes over (RFC 3261, sections 9.1 and 13.2). */
export type UacState =
    | { readonly phase: "idle" }
    /** An INVITE is with the server. `end`: the desk ended the call meanwhile. */
    | { readonly phase: "sending"; readonly heard: Heard; readonly end?: EndCause }
    /** The INVITE is on the wire. */
    | { readonly phase: "waiting"; readonly heard: Heard }
    /** CANCEL was given to the server; a final response is due. */
    | { readonly phase: "cancelling"; readonly cause: EndCause }
    /** The dialog stands. */
    | { readonly phase: "up" }
    | { readonly phase: "over"; readonly cause: EndCause };

/** Whether the callee may have heard the phone ring: then there is no failover. */
type Heard = "nothing" | "ringing";

export type UacEvent =
    | { readonly kind: "offer" }
    | { readonly kind: "inviteSent" }
    /** A 18x came. */
    | { readonly kind: "ringing" }
    /** An INVITE failed; `next` says whether there is another one to try. */
    | { readonly kind: "inviteFailed"; readonly cause: EndCause; readonly next: "another" | "none" }
    /** A 2xx came. `answer`: whether its SDP is one to talk by. */
    | { readonly kind: "answered"; readonly answer: "good" | "unusable" }
    /** The desk ends the call. */
    | { readonly kind: "end"; readonly cause: EndCause }
    /** No final response followed our CANCEL (RFC 3261, section 9.1, last paragraph but one). */
    | { readonly kind: "cancelUnanswered" }
    | { readonly kind: "dialogEnded" }
    | { readonly kind: "serverLost" };

export type UacOrder =
    | { readonly kind: "sendInvite" | "sendAck" | "enterDialog" | "reportRinging" | "reportAnswered" | "release" }
    | { readonly kind: "sendCancel" | "sayBye" | "report"; readonly cause: EndCause };

export interface UacStep {
    readonly state: UacState;
    readonly orders: readonly UacOrder[];
}

export const UAC_START: UacState = { phase: "idle" };

/** One step of an outgoing call: pure and total. What has no meaning in a phase changes nothing. */
export function stepUac(state: UacState, event: UacEvent): UacStep {
    switch (state.phase) {
        case "idle":
            return whileIdle(state, event);
        case "sending":
            return whileSending(state, event);
        case "waiting":
            return whileWaiting(state, event);
        case "cancelling":
            return whileCancelling(state, event);
        case "up":
            return whileUp(state, event);
        case "over":
            return onceOver(state, event);
    }
}

function whileIdle(state: UacState, event: UacEvent): UacStep {
    switch (event.kind) {
        case "offer":
            return { state: { phase: "sending", heard: "nothing" }, orders: [{ kind: "sendInvite" }] };
        case "end":
            return over(event.cause);
        case "serverLost":
            return over("serviceUnavailable", { kind: "report", cause: "serviceUnavailable" });
        default:
            return { state, orders: [] };
    }
}

function whileSending(state: Extract<UacState, { phase: "sending" }>, event: UacEvent): UacStep {
    switch (event.kind) {
        case "inviteSent":
            if (state.end === undefined) return { state: { phase: "waiting", heard: state.heard }, orders: [] };
            return cancel(state.end);
        case "inviteFailed":
            if (state.end !== undefined) return over(state.end);
            if (event.next === "another") return { state, orders: [{ kind: "sendInvite" }] };
            return over(event.cause, { kind: "report", cause: event.cause });
        case "end":
            return { state: { ...state, end: state.end ?? event.cause }, orders: [] };
        case "serverLost":
            if (state.end !== undefined) return over(state.end);
            return over("serviceUnavailable", { kind: "report", cause: "serviceUnavailable" });
        default:
            return { state, orders: [] };
    }
}

function whileWaiting(state: Extract<UacState, { phase: "waiting" }>, event: UacEvent): UacStep {
    switch (event.kind) {
        case "ringing":
            if (state.heard === "ringing") return { state, orders: [] };
            return { state: { phase: "waiting", heard: "ringing" }, orders: [{ kind: "reportRinging" }] };
        case "inviteFailed":
            if (event.next === "none") return over(event.cause, { kind: "report", cause: event.cause });
            return { state: { phase: "sending", heard: state.heard }, orders: [{ kind: "sendInvite" }] };
        case "answered":
            if (event.answer === "unusable") {
                return over("noCommonMedia", ...hangUp("noCommonMedia"), { kind: "report", cause: "noCommonMedia" });
            }
            return {
                state: { phase: "up" },
                orders: [{ kind: "enterDialog" }, { kind: "sendAck" }, { kind: "reportAnswered" }],
            };
        case "end":
            return cancel(event.cause);
        case "serverLost":
            return over("serviceUnavailable", { kind: "report", cause: "serviceUnavailable" });
        default:
            return { state, orders: [] };
    }
}

function whileCancelling(state: Extract<UacState, { phase: "cancelling" }>, event: UacEvent): UacStep {
    switch (event.kind) {
        case "answered":
            // the 2xx crossed our CANCEL: it is acknowledged and the dialog ended (RFC 3261, section 15.1.1)
            return over(state.cause, ...hangUp(state.cause));
        case "inviteFailed":
        case "cancelUnanswered":
        case "serverLost":
            return over(state.cause);
        default:
            return { state, orders: [] };
    }
}

/** The dialog reports its own end. */
function whileUp(state: UacState, event: UacEvent): UacStep {
    switch (event.kind) {
        case "end":
            return { state, orders: [{ kind: "sayBye", cause: event.cause }] };
        case "dialogEnded":
            return over("hungUp");
        case "serverLost":
            return over("serviceUnavailable");
        default:
            return { state, orders: [] };
    }
}

/** A 2xx may still come, long after a CANCEL without a response: the phone must not stay in a call. */
function onceOver(state: Extract<UacState, { phase: "over" }>, event: UacEvent): UacStep {
    return { state, orders: event.kind === "answered" ? hangUp(state.cause) : [] };
}

function cancel(cause: EndCause): UacStep {
    return { state: { phase: "cancelling", cause }, orders: [{ kind: "sendCancel", cause }] };
}

function hangUp(cause: EndCause): UacOrder[] {
    return [{ kind: "enterDialog" }, { kind: "sendAck" }, { kind: "sayBye", cause }];
}

function over(cause: EndCause, ...orders: UacOrder[]): UacStep {
    return { state: { phase: "over", cause }, orders: [...orders, { kind: "release" }] };
}
