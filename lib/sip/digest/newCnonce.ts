import { randomBytes } from "node:crypto";

/** A client nonce (RFC 7616, section 3.4): random, so that a server cannot choose what is hashed. */
export function newCnonce(): string {
    return randomBytes(16).toString("hex");
}
