/** Where our registration with a registrar stands (RFC 3261, section 10.2). Plain data. */
export type RegistrationState =
    /** Not begun, or the SIP server is away. `asked`: the seconds to ask for. */
    | { readonly phase: "offline"; readonly asked: number }
    /**
     * A REGISTER is on its way; it may be challenged and repeated meanwhile. `restSeconds`: the shortest time the addresses
     * that failed in this round asked for before they are tried again.
     */
    | {
          readonly phase: "registering";
          readonly asked: number;
          readonly failures: number;
          readonly restSeconds?: number;
      }
    /** Registered; a timer runs until the refresh. */
    | { readonly phase: "registered"; readonly asked: number }
    /** The last attempt failed; a timer runs until the next. */
    | { readonly phase: "waiting"; readonly asked: number; readonly failures: number }
    /** A REGISTER that removes our contact is on its way. */
    | { readonly phase: "leaving" }
    | { readonly phase: "stopped" };

export type RegistrationEvent =
    | { readonly kind: "serverUp" }
    /** The SIP server is gone; what was on its way is lost. */
    | { readonly kind: "serverLost" }
    /** 2xx; `seconds` are granted. */
    | { readonly kind: "granted"; readonly seconds: number }
    /** 423 (RFC 3261, section 21.4.17). */
    | { readonly kind: "tooBrief"; readonly minSeconds: number }
    /** The registrar will not have us, with our credentials or at all: asking again soon does not help. */
    | { readonly kind: "refused"; readonly status: number }
    /**
     * Anything else went wrong. Without a status the request could not be sent. `elsewhere`: it is for the address, and the
     * trunk has one that was not tried in this round.
     */
    | {
          readonly kind: "failed";
          readonly status?: number;
          readonly reason?: string;
          readonly retryAfterSeconds?: number;
          readonly elsewhere?: true;
      }
    | { readonly kind: "timerFired" }
    /** The address that holds our contact is found dead: calls to us are lost there. */
    | { readonly kind: "holderDied" }
    | { readonly kind: "stop" };

export type RegistrationOrder =
    /** 0 removes the contact. */
    | { readonly kind: "sendRegister"; readonly seconds: number; readonly to: RegistrationTarget }
    | { readonly kind: "startTimer"; readonly ms: number }
    | { readonly kind: "stopTimer" }
    | { readonly kind: "reportUp"; readonly seconds: number }
    /** The address did not take it; the next is tried, and what was registered before still stands. */
    | { readonly kind: "reportPassedOver"; readonly why: RegistrationFault }
    | { readonly kind: "reportDown"; readonly why: RegistrationFault }
    /** The contact is removed, or was never there. */
    | { readonly kind: "reportStopped" };

/**
 * Which of the trunk's addresses is meant: the preferred one, with which a round begins; the next of the round; the one
 * that was tried last; or the one that holds our contact, for as long as no other does.
 */
export type RegistrationTarget = "preferred" | "next" | "same" | "holder";

export interface RegistrationFault {
    readonly kind: "refused" | "failed" | "serverLost";
    readonly status?: number;
    /** In words, where the SIP server gave some. */
    readonly reason?: string;
}

export interface RegistrationStep {
    readonly state: RegistrationState;
    readonly orders: readonly RegistrationOrder[];
}

const FIRST_DELAY_MS = 2_000;
const LONGEST_DELAY_MS = 300_000;
/** A wrong password stays wrong until it is changed, and registrars lock out clients that retry often. */
const REFUSED_DELAY_MS = 600_000;
/** What a Retry-After may ask of us at most. */
const LONGEST_RETRY_AFTER_S = 3_600;
/** A week: a registrar that wants longer intervals than that means something else. */
const LONGEST_INTERVAL_S = 604_800;
const GRANTED_NOTHING: RegistrationFault = { kind: "failed", status: 200, reason: "for no time at all" };
/** A registrar that grants less is asked no more often. */
const SHORTEST_REFRESH_MS = 1_000;

/**
 * One step of keeping a registration up: pure and total, and it never gives up. What has no meaning in a phase changes
 * nothing.
 * @param jitter from 0 to 1, evenly spread: registrations made at the same time are refreshed at different times
 */
export function stepRegistration(state: RegistrationState, event: RegistrationEvent, jitter: number): RegistrationStep {
    switch (state.phase) {
        case "offline":
            return whileOffline(state, event);
        case "registering":
            return whileRegistering(state, event, jitter);
        case "registered":
        case "waiting":
            return whileAwaitingTimer(state, event);
        case "leaving":
            return whileLeaving(state, event);
        case "stopped":
            return { state, orders: [] };
    }
}

/** What to begin with: nothing is sent before `serverUp`. */
export function registrationStart(seconds: number): RegistrationState {
    return { phase: "offline", asked: seconds };
}

function whileOffline(
    state: Extract<RegistrationState, { phase: "offline" }>,
    event: RegistrationEvent,
): RegistrationStep {
    if (event.kind === "serverUp") return register(state.asked, 0);
    if (event.kind === "stop") return stopped();
    return { state, orders: [] };
}

function whileRegistering(
    state: Extract<RegistrationState, { phase: "registering" }>,
    event: RegistrationEvent,
    jitter: number,
): RegistrationStep {
    const { asked, failures } = state;
    switch (event.kind) {
        case "granted":
            // a registration granted for no time was not granted
            if (event.seconds === 0) return wait(state, GRANTED_NOTHING, delayMs(failures, jitter));
            return {
                state: { phase: "registered", asked },
                orders: [
                    { kind: "reportUp", seconds: event.seconds },
                    { kind: "startTimer", ms: refreshAfterMs(event.seconds, jitter) },
                ],
            };
        case "tooBrief":
            // what is asked for must grow, or two machines would ask each other endlessly
            if (event.minSeconds <= asked || event.minSeconds > LONGEST_INTERVAL_S) {
                return wait(state, { kind: "failed", status: 423 }, delayMs(failures, jitter));
            }
            return {
                state: { ...state, asked: event.minSeconds },
                orders: [{ kind: "sendRegister", seconds: event.minSeconds, to: "same" }],
            };
        case "refused":
            return wait(state, event, spread(REFUSED_DELAY_MS, jitter));
        case "failed":
            return passOnOrWait(state, event, jitter);
        case "serverLost":
            return { state: { phase: "offline", asked }, orders: [{ kind: "reportDown", why: event }] };
        case "stop":
            // whether the REGISTER on its way gets through or not: the one that removes the contact comes later
            return leave();
        case "serverUp":
        case "timerFired":
        case "holderDied":
            return { state, orders: [] };
    }
}

/** RFC 3263, section 4.3: the next address. After the last, a pause in which each may rest for as long as the first back asked. */
function passOnOrWait(
    state: Extract<RegistrationState, { phase: "registering" }>,
    { retryAfterSeconds = 0, elsewhere, ...why }: Extract<RegistrationEvent, { kind: "failed" }>,
    jitter: number,
): RegistrationStep {
    const restSeconds = Math.min(retryAfterSeconds, LONGEST_RETRY_AFTER_S, state.restSeconds ?? Infinity);
    if (elsewhere === undefined)
        return wait(state, why, Math.max(restSeconds * 1_000, delayMs(state.failures, jitter)));
    return {
        state: { ...state, restSeconds },
        orders: [
            { kind: "reportPassedOver", why },
            { kind: "sendRegister", seconds: state.asked, to: "next" },
        ],
    };
}

function whileAwaitingTimer(
    state: Extract<RegistrationState, { phase: "registered" | "waiting" }>,
    event: RegistrationEvent,
): RegistrationStep {
    switch (event.kind) {
        case "timerFired":
            return register(state.asked, state.phase === "waiting" ? state.failures : 0);
        case "holderDied": {
            if (state.phase === "waiting") return { state, orders: [] };
            const again = register(state.asked, 0);
            return { ...again, orders: [{ kind: "stopTimer" }, ...again.orders] };
        }
        case "serverLost":
            return {
                state: { phase: "offline", asked: state.asked },
                orders: [{ kind: "stopTimer" }, { kind: "reportDown", why: event }],
            };
        case "stop":
            if (state.phase === "registered") return leave({ kind: "stopTimer" });
            return { ...stopped(), orders: [{ kind: "stopTimer" }, ...stopped().orders] };
        case "serverUp":
        case "granted":
        case "tooBrief":
        case "refused":
        case "failed":
            return { state, orders: [] };
    }
}

function whileLeaving(state: RegistrationState, event: RegistrationEvent): RegistrationStep {
    switch (event.kind) {
        case "granted":
        case "tooBrief":
        case "refused":
        case "failed":
        case "serverLost":
            return stopped();
        case "serverUp":
        case "timerFired":
        case "holderDied":
        case "stop":
            return { state, orders: [] };
    }
}

function register(seconds: number, failures: number): RegistrationStep {
    return {
        state: { phase: "registering", asked: seconds, failures },
        orders: [{ kind: "sendRegister", seconds, to: "preferred" }],
    };
}

function wait(
    { asked, failures }: Extract<RegistrationState, { phase: "registering" }>,
    why: RegistrationFault,
    ms: number,
): RegistrationStep {
    return {
        state: { phase: "waiting", asked, failures: failures + 1 },
        orders: [
            { kind: "reportDown", why },
            { kind: "startTimer", ms },
        ],
    };
}

function leave(...before: RegistrationOrder[]): RegistrationStep {
    return { state: { phase: "leaving" }, orders: [...before, { kind: "sendRegister", seconds: 0, to: "holder" }] };
}

function stopped(): RegistrationStep {
    return { state: { phase: "stopped" }, orders: [{ kind: "reportStopped" }] };
}

/** Between 75 and 90 % of the interval: the rest is for a REGISTER that is repeated or challenged. */
function refreshAfterMs(seconds: number, jitter: number): number {
    return Math.max(SHORTEST_REFRESH_MS, Math.round(seconds * 1_000 * (0.75 + 0.15 * jitter)));
}

/** RFC 5626, section 4.5: doubled with each failure up to a bound, then between half of that and all of it. */
function delayMs(failures: number, jitter: number): number {
    return spread(Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures, 16)), jitter);
}

function spread(ms: number, jitter: number): number {
    return Math.round(ms * (0.5 + 0.5 * jitter));
}
