import { over, set, stop, type Step, type TimerAction } from "./Step.ts";
import type { MachineSetting } from "./timing.ts";

/** Server transaction of all methods but INVITE and ACK (RFC 3261 17.2.2, RFC 4320). */
export type NonInviteServerState =
    | { readonly phase: "trying" }
    | { readonly phase: "proceeding" }
    | { readonly phase: "completed" }
    | { readonly phase: "terminated" };

/** `slow`: time for a 100 (RFC 4320 4.1). `silent`: the client has given up, so a response would have no effect. J: repeated requests. */
export type NonInviteServerTimer = "slow" | "silent" | "J";

export type NonInviteServerEvent =
    /** The request again. */
    | { readonly kind: "request" }
    /** The user answers, finally: 101-199 do not exist here (RFC 4320 4.1). */
    | { readonly kind: "respond" }
    | { readonly kind: "timer"; readonly timer: NonInviteServerTimer };

export type NonInviteServerAction =
    | TimerAction<NonInviteServerTimer>
    | { readonly kind: "sendTrying" }
    /** Send the response of this event. */
    | { readonly kind: "sendResponse" }
    /** Send the last response again. */
    | { readonly kind: "resend" }
    /** The application gave no answer in time. */
    | { readonly kind: "silent" };

type NonInviteServerStep = Step<NonInviteServerState, NonInviteServerAction>;

const terminated: NonInviteServerState = { phase: "terminated" };

/** Over UDP the client's timer E reaches T2 after about seven T1 (1+2+4): not before may a 100 be sent, since it slows the client down. */
export function startNonInviteServer({ timing }: MachineSetting): NonInviteServerStep {
    return { state: { phase: "trying" }, actions: [set("slow", 7 * timing.t1), set("silent", 64 * timing.t1)] };
}

export function stepNonInviteServer(
    state: NonInviteServerState,
    event: NonInviteServerEvent,
    { timing, reliable }: MachineSetting,
): NonInviteServerStep {
    switch (state.phase) {
        case "trying":
        case "proceeding":
            break;
        case "completed":
            if (event.kind === "request") return { state, actions: [{ kind: "resend" }] };
            if (event.kind !== "timer" || event.timer !== "J") return { state, actions: [] };
            return { state: terminated, actions: [over] };
        case "terminated":
            return { state, actions: [] };
    }
    switch (event.kind) {
        case "request":
            return { state, actions: state.phase === "proceeding" ? [{ kind: "resend" }] : [] };
        case "respond":
            if (reliable) return { state: terminated, actions: [{ kind: "sendResponse" }, over] };
            return {
                state: { phase: "completed" },
                actions: [stop("slow"), stop("silent"), { kind: "sendResponse" }, set("J", 64 * timing.t1)],
            };
        case "timer":
            if (event.timer === "silent") return { state: terminated, actions: [{ kind: "silent" }, over] };
            if (event.timer !== "slow") return { state, actions: [] };
            return { state: { phase: "proceeding" }, actions: [{ kind: "sendTrying" }] };
    }
}
