import { randomBytes } from "node:crypto";

/** Lifetime of the answer to a client's offer, in ms; the same value as in matrix-js-sdk. */
export const NEGOTIATION_LIFETIME_MS = 60_000;

/** Creates the bridge's party ID for one call. It never looks like a device ID: matrix-js-sdk drops events with its own. */
export function newPartyId(): string {
    return `sip${randomBytes(6).toString("hex")}`;
}
