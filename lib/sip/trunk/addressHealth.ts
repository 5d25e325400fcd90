/** Whether one address of a trunk is worth calling. Plain data. */
export type AddressHealth =
    | Standing
    /** It has asked to be left alone for a while (RFC 3261, section 21.5.4). `meanwhile`: what else was found since. */
    | { readonly kind: "resting"; readonly meanwhile: Standing };

/** Apart from rest. */
type Standing =
    /**
     * What became of probes: none was answered yet; one was; or none was although somebody is there, so that silence means
     * nothing.
     */
    | { readonly kind: "alive"; readonly probes: "unanswered" | "answered" | "ignored" }
    /** The last probe failed, or the address responded that it is out of service. `silent`: there was no response. */
    | { readonly kind: "dead"; readonly silent?: true };

export type HealthEvent =
    /** By a probe; `dead`: it cannot be reached, or responds that it is out of service. */
    | { readonly kind: "probed"; readonly found: "alive" | "silent" | "dead" }
    /** It said something to a call or a registration. */
    | { readonly kind: "answered" }
    /** It called us: somebody is there, though maybe not where we call. */
    | { readonly kind: "called" }
    /** It said nothing to a call. */
    | { readonly kind: "callUnanswered" }
    /** A call was answered by 503 with Retry-After. */
    | { readonly kind: "askedForRest" }
    /** The rest it asked for is over. */
    | { readonly kind: "rested" };

/** What to begin with: nothing is known against it. */
export const AVAILABLE: AddressHealth = { kind: "alive", probes: "unanswered" };

/** One step of an address: pure and total. A rest is kept whatever is heard meanwhile: that is no call. */
export function stepHealth(health: AddressHealth, event: HealthEvent): AddressHealth {
    const standing = health.kind === "resting" ? health.meanwhile : health;
    switch (event.kind) {
        case "askedForRest":
            return { kind: "resting", meanwhile: standing };
        case "rested":
            return standing;
        case "probed":
        case "answered":
        case "called":
        case "callUnanswered": {
            const next = stepStanding(standing, event);
            return health.kind === "resting" ? { kind: "resting", meanwhile: next } : next;
        }
    }
}

function stepStanding(
    standing: Standing,
    event: Extract<HealthEvent, { kind: "probed" | "answered" | "called" | "callUnanswered" }>,
): Standing {
    switch (event.kind) {
        case "probed":
            return afterProbe(standing, event.found);
        case "answered":
            if (standing.kind === "alive" && standing.probes === "answered") return standing;
            return { kind: "alive", probes: "ignored" };
        case "called":
            if (standing.kind === "alive" ? standing.probes === "answered" : standing.silent !== true) return standing;
            return { kind: "alive", probes: "ignored" };
        case "callUnanswered":
            return standing.kind === "alive" && standing.probes === "ignored"
                ? { kind: "alive", probes: "unanswered" }
                : standing;
    }
}

function afterProbe(standing: Standing, found: "alive" | "silent" | "dead"): Standing {
    switch (found) {
        case "alive":
            return { kind: "alive", probes: "answered" };
        case "silent":
            return standing.kind === "alive" && standing.probes === "ignored"
                ? standing
                : { kind: "dead", silent: true };
        case "dead":
            return { kind: "dead" };
    }
}
