import { over, set, stop, type Step, type TimerAction } from "./Step.ts";
import type { MachineSetting } from "./timing.ts";

/** INVITE server transaction (RFC 3261 17.2.1 with the accepted state of RFC 6026 7.1). */
export type InviteServerState =
    | { readonly phase: "proceeding" }
    | { readonly phase: "accepted" }
    | { readonly phase: "completed"; readonly interval: number }
    | { readonly phase: "confirmed" }
    | { readonly phase: "terminated" };

/**
 * `silent`: the application has not responded in time. `refresh`: repeat the provisional response. G and H: retransmission of a
 * rejection and timeout for its ACK. I: repeated ACKs. L: repeated INVITEs after a 2xx.
 */
export type InviteServerTimer = "silent" | "refresh" | "G" | "H" | "I" | "L";

export type InviteServerEvent =
    /** The INVITE again. */
    | { readonly kind: "request" }
    /** An ACK that carries the INVITE's branch, or matches it the RFC 2543 way. */
    | { readonly kind: "ack" }
    /** The user answers. */
    | { readonly kind: "respond"; readonly status: number }
    | { readonly kind: "timer"; readonly timer: InviteServerTimer };

export type InviteServerAction =
    | TimerAction<InviteServerTimer>
    /** Send the response of this event; it is the one to repeat from now on. */
    | { readonly kind: "sendResponse" }
    /** Send the last response again. */
    | { readonly kind: "resend" }
    /** The ACK of this event is for the user: it belongs to a 2xx. */
    | { readonly kind: "deliverAck" }
    /** The application gave no answer in time: the user has to refuse. */
    | { readonly kind: "silent" };

type InviteServerStep = Step<InviteServerState, InviteServerAction>;

const sendResponse: InviteServerAction = { kind: "sendResponse" };
const resend: InviteServerAction = { kind: "resend" };
const terminated: InviteServerState = { phase: "terminated" };

/** The user responds with 100 Trying immediately, so that the client stops retransmitting. */
export function startInviteServer({ timing }: MachineSetting): InviteServerStep {
    return { state: { phase: "proceeding" }, actions: [set("silent", timing.firstResponse)] };
}

export function stepInviteServer(
    state: InviteServerState,
    event: InviteServerEvent,
    setting: MachineSetting,
): InviteServerStep {
    switch (state.phase) {
        case "proceeding":
            return whileProceeding(state, event, setting);
        case "accepted":
            return whileAccepted(state, event);
        case "completed":
            return whileCompleted(state, event, setting);
        case "confirmed": {
            const lingered = event.kind === "timer" && event.timer === "I";
            return lingered ? { state: terminated, actions: [over] } : { state, actions: [] };
        }
        case "terminated":
            return { state, actions: [] };
    }
}

function whileProceeding(
    state: InviteServerState,
    event: InviteServerEvent,
    setting: MachineSetting,
): InviteServerStep {
    switch (event.kind) {
        case "request":
            return { state, actions: [resend] };
        case "respond":
            return onRespond(event.status, setting);
        case "timer":
            if (event.timer === "silent") return { state, actions: [{ kind: "silent" }] };
            if (event.timer !== "refresh") return { state, actions: [] };
            return { state, actions: [resend, set("refresh", setting.timing.provisionalRefresh)] };
        case "ack":
            return { state, actions: [] };
    }
}

function onRespond(status: number, { timing, reliable }: MachineSetting): InviteServerStep {
    if (status === 100) return { state: { phase: "proceeding" }, actions: [sendResponse] };
    if (status < 200) {
        const timeout = [set("silent", timing.finalResponse), set("refresh", timing.provisionalRefresh)] as const;
        return { state: { phase: "proceeding" }, actions: [sendResponse, ...timeout] };
    }
    const settled = [stop("silent"), stop("refresh")] as const;
    if (status < 300) {
        return { state: { phase: "accepted" }, actions: [...settled, sendResponse, set("L", 64 * timing.t1)] };
    }
    const retransmission = reliable ? [] : [set("G" as const, timing.t1)];
    return {
        state: { phase: "completed", interval: timing.t1 },
        actions: [...settled, sendResponse, ...retransmission, set("H", 64 * timing.t1)],
    };
}

/** Repeated INVITEs are absorbed; the 2xx is repeated by the user, who also waits for its ACK (13.3.1.4). */
function whileAccepted(state: InviteServerState, event: InviteServerEvent): InviteServerStep {
    switch (event.kind) {
        case "respond":
            return { state, actions: event.status >= 200 && event.status < 300 ? [sendResponse] : [] };
        case "ack":
            return { state, actions: [{ kind: "deliverAck" }] };
        case "timer":
            return event.timer === "L" ? { state: terminated, actions: [over] } : { state, actions: [] };
        case "request":
            return { state, actions: [] };
    }
}

function whileCompleted(
    state: Extract<InviteServerState, { phase: "completed" }>,
    event: InviteServerEvent,
    { timing, reliable }: MachineSetting,
): InviteServerStep {
    switch (event.kind) {
        case "request":
            return { state, actions: [resend] };
        case "ack":
            if (reliable) return { state: terminated, actions: [over] };
            return { state: { phase: "confirmed" }, actions: [stop("G"), stop("H"), set("I", timing.t4)] };
        case "timer": {
            if (event.timer === "H") return { state: terminated, actions: [over] };
            if (event.timer !== "G") return { state, actions: [] };
            const interval = Math.min(state.interval * 2, timing.t2);
            return { state: { phase: "completed", interval }, actions: [resend, set("G", interval)] };
        }
        case "respond":
            return { state, actions: [] };
    }
}
