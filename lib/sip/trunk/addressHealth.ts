/** Whether one address of a trunk is worth calling. Plain data. */
export type AddressHealth =
    | { readonly kind: "alive" }
    /** The last probe found nobody, or somebody who serves nobody. */
    | { readonly kind: "dead" }
    /** It has asked to be left alone for a while (RFC 3261, section 21.5.4). `meanwhile`: what probes found since. */
    | { readonly kind: "resting"; readonly meanwhile: "alive" | "dead" };

export type HealthEvent =
    | { readonly kind: "probed"; readonly found: "alive" | "dead" }
    /** A call was answered by 503 with Retry-After. */
    | { readonly kind: "askedForRest" }
    /** The rest it asked for is over. */
    | { readonly kind: "rested" };

export const ALIVE: AddressHealth = { kind: "alive" };

/** One step of an address: pure and total. A rest is kept even if probes are answered: those are no calls. */
export function stepHealth(health: AddressHealth, event: HealthEvent): AddressHealth {
    switch (event.kind) {
        case "probed":
            if (health.kind === "resting") return { kind: "resting", meanwhile: event.found };
            return { kind: event.found };
        case "askedForRest":
            return { kind: "resting", meanwhile: health.kind === "resting" ? health.meanwhile : health.kind };
        case "rested":
            return health.kind === "resting" ? { kind: health.meanwhile } : health;
    }
}
