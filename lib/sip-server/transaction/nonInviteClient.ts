import { over, set, stop, type Step, type TimerAction } from "./Step.ts";
import type { MachineSetting } from "./timing.ts";

/** Client transaction of all methods but INVITE and ACK (RFC 3261 17.1.2). */
export type NonInviteClientState =
    | { readonly phase: "trying"; readonly interval: number }
    | { readonly phase: "proceeding" }
    | { readonly phase: "completed" }
    | { readonly phase: "terminated" };

/** E: retransmission. F: timeout. K: repeated final responses. */
export type NonInviteClientTimer = "E" | "F" | "K";

export type NonInviteClientEvent =
    | { readonly kind: "response"; readonly status: number }
    | { readonly kind: "timer"; readonly timer: NonInviteClientTimer }
    | { readonly kind: "transportFailed" };

export type NonInviteClientAction =
    | TimerAction<NonInviteClientTimer>
    /** Send the request, again if it was sent before. */
    | { readonly kind: "sendRequest" }
    /** The response of this event is for the user. */
    | { readonly kind: "deliver" }
    | { readonly kind: "timedOut" }
    | { readonly kind: "failed" };

type NonInviteClientStep = Step<NonInviteClientState, NonInviteClientAction>;

const sendRequest: NonInviteClientAction = { kind: "sendRequest" };
const deliver: NonInviteClientAction = { kind: "deliver" };
const terminated: NonInviteClientState = { phase: "terminated" };

export function startNonInviteClient({ timing, reliable }: MachineSetting): NonInviteClientStep {
    const retransmission = reliable ? [] : [set("E", timing.t1)];
    return {
        state: { phase: "trying", interval: timing.t1 },
        actions: [sendRequest, ...retransmission, set("F", 64 * timing.t1)],
    };
}

export function stepNonInviteClient(
    state: NonInviteClientState,
    event: NonInviteClientEvent,
    setting: MachineSetting,
): NonInviteClientStep {
    if (state.phase === "terminated") return { state, actions: [] };
    if (state.phase === "completed") {
        const lingered = event.kind === "timer" && event.timer === "K";
        return lingered ? { state: terminated, actions: [over] } : { state, actions: [] };
    }
    switch (event.kind) {
        case "response":
            return onResponse(event.status, setting);
        case "timer":
            return onTimer(state, event.timer, setting);
        case "transportFailed":
            return { state: terminated, actions: [{ kind: "failed" }, over] };
    }
}

function onResponse(status: number, { timing, reliable }: MachineSetting): NonInviteClientStep {
    if (status < 200) {
        const slower = reliable ? [] : [set("E" as const, timing.t2)];
        return { state: { phase: "proceeding" }, actions: [...slower, deliver] };
    }
    if (reliable) return { state: terminated, actions: [deliver, over] };
    return { state: { phase: "completed" }, actions: [stop("E"), stop("F"), deliver, set("K", timing.t4)] };
}

function onTimer(
    state: Extract<NonInviteClientState, { phase: "trying" | "proceeding" }>,
    timer: NonInviteClientTimer,
    { timing }: MachineSetting,
): NonInviteClientStep {
    switch (timer) {
        case "E": {
            if (state.phase === "proceeding") return { state, actions: [sendRequest, set("E", timing.t2)] };
            const interval = Math.min(state.interval * 2, timing.t2);
            return { state: { phase: "trying", interval }, actions: [sendRequest, set("E", interval)] };
        }
        case "F":
            return { state: terminated, actions: [{ kind: "timedOut" }, over] };
        case "K":
            return { state, actions: [] };
    }
}
