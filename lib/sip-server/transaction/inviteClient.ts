import { over, set, stop, type Step, type TimerAction } from "./Step.ts";
import type { MachineSetting } from "./timing.ts";

/** INVITE client transaction (RFC 3261 17.1.1 with the accepted state of RFC 6026 7.2). */
export type InviteClientState =
    | { readonly phase: "calling"; readonly interval: number }
    | { readonly phase: "proceeding" }
    | { readonly phase: "accepted" }
    | { readonly phase: "completed" }
    | { readonly phase: "terminated" };

/**
 * A and B: retransmission and timeout before any response. C: timeout after a provisional one. `cancel`: timeout
 * after our CANCEL (9.1). D: repeated refusals. M: repeated and forked 2xx.
 */
export type InviteClientTimer = "A" | "B" | "C" | "cancel" | "D" | "M";

export type InviteClientEvent =
    | { readonly kind: "response"; readonly status: number }
    | { readonly kind: "timer"; readonly timer: InviteClientTimer }
    | { readonly kind: "cancelSent" }
    /** The user went elsewhere: the target is still listened to, but not called again. */
    | { readonly kind: "givenUp" }
    | { readonly kind: "transportFailed" };

export type InviteClientAction =
    | TimerAction<InviteClientTimer>
    /** Send the INVITE, again if it was sent before. */
    | { readonly kind: "sendRequest" }
    /** Send the ACK of the refusal, again if it was sent before. */
    | { readonly kind: "sendAck" }
    /** The response of this event is for the user. */
    | { readonly kind: "deliver" }
    /** The peer rang for too long: the user has to CANCEL. */
    | { readonly kind: "expired" }
    | { readonly kind: "timedOut" }
    | { readonly kind: "failed" };

type InviteClientStep = Step<InviteClientState, InviteClientAction>;

const sendRequest: InviteClientAction = { kind: "sendRequest" };
const sendAck: InviteClientAction = { kind: "sendAck" };
const deliver: InviteClientAction = { kind: "deliver" };
const terminated: InviteClientState = { phase: "terminated" };

export function startInviteClient({ timing, reliable }: MachineSetting): InviteClientStep {
    const retransmission = reliable ? [] : [set("A", timing.t1)];
    return {
        state: { phase: "calling", interval: timing.t1 },
        actions: [sendRequest, ...retransmission, set("B", 64 * timing.t1)],
    };
}

/** An INVITE that another server sent, which is gone, and whose CANCEL leaves now: the peer has 64*T1 to answer. */
export function adoptInviteClient({ timing }: MachineSetting): InviteClientStep {
    return { state: { phase: "proceeding" }, actions: [set("cancel", 64 * timing.t1)] };
}

export function stepInviteClient(
    state: InviteClientState,
    event: InviteClientEvent,
    setting: MachineSetting,
): InviteClientStep {
    switch (event.kind) {
        case "response":
            return onResponse(state, event.status, setting);
        case "timer":
            return onTimer(state, event.timer, 64 * setting.timing.t1);
        case "cancelSent":
            if (state.phase !== "proceeding") return { state, actions: [] };
            return { state, actions: [stop("C"), set("cancel", 64 * setting.timing.t1)] };
        case "givenUp":
            return { state, actions: state.phase === "calling" ? [stop("A")] : [] };
        case "transportFailed":
            if (state.phase !== "calling" && state.phase !== "proceeding") return { state, actions: [] };
            return { state: terminated, actions: [{ kind: "failed" }, over] };
    }
}

function onResponse(state: InviteClientState, status: number, { timing, reliable }: MachineSetting): InviteClientStep {
    switch (state.phase) {
        case "calling":
        case "proceeding":
            if (status < 200) return onProvisional(state, status, timing.c);
            return onFinal(status, reliable ? 0 : timing.d, 64 * timing.t1);
        case "accepted":
            return { state, actions: status >= 200 && status < 300 ? [deliver] : [] };
        case "completed":
            return { state, actions: status >= 300 ? [sendAck] : [] };
        case "terminated":
            return { state, actions: [] };
    }
}

/** A 100 does not renew C: a proxy that sends nothing but 100 must not keep the call ringing endlessly (16.7 step 2). */
function onProvisional(state: InviteClientState, status: number, timeout: number): InviteClientStep {
    const first = state.phase === "calling";
    const renewed = first || status > 100 ? [set("C" as const, timeout)] : [];
    return { state: { phase: "proceeding" }, actions: [stop("A"), stop("B"), ...renewed, deliver] };
}

function onFinal(status: number, d: number, m: number): InviteClientStep {
    const settled = [stop("A"), stop("B"), stop("C"), stop("cancel")] as const;
    if (status < 300) return { state: { phase: "accepted" }, actions: [...settled, deliver, set("M", m)] };
    if (d === 0) return { state: terminated, actions: [sendAck, deliver, over] };
    return { state: { phase: "completed" }, actions: [...settled, sendAck, deliver, set("D", d)] };
}

function onTimer(state: InviteClientState, timer: InviteClientTimer, timeout: number): InviteClientStep {
    switch (timer) {
        case "A": {
            if (state.phase !== "calling") return { state, actions: [] };
            const interval = state.interval * 2;
            return { state: { phase: "calling", interval }, actions: [sendRequest, set("A", interval)] };
        }
        case "B":
            return state.phase === "calling" ? timedOut() : { state, actions: [] };
        case "C":
            if (state.phase !== "proceeding") return { state, actions: [] };
            return { state, actions: [{ kind: "expired" }, set("cancel", timeout)] };
        case "cancel":
            return state.phase === "proceeding" ? timedOut() : { state, actions: [] };
        case "D":
            return state.phase === "completed" ? { state: terminated, actions: [over] } : { state, actions: [] };
        case "M":
            return state.phase === "accepted" ? { state: terminated, actions: [over] } : { state, actions: [] };
    }
}

function timedOut(): InviteClientStep {
    return { state: terminated, actions: [{ kind: "timedOut" }, over] };
}
