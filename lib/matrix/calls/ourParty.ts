import { randomBytes } from "node:crypto";

/** How long a client may take our answer to its offer for fresh, in ms; js-sdk uses the same for its own. */
export const NEGOTIATION_LIFETIME_MS = 60_000;

/** A name for our side of one call. Lower case and no device id's shape, for js-sdk drops events with its own device id. */
export function newPartyId(): string {
    return `sip${randomBytes(6).toString("hex")}`;
}
