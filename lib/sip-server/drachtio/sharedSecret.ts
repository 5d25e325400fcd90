import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Whether an application has the secret. Compares digests, which have equal length whatever was offered, in a time
 * that does not depend on where the two differ.
 */
export function isSharedSecret(offered: string, secret: string): boolean {
    return timingSafeEqual(digest(offered), digest(secret));
}

function digest(text: string): Buffer {
    return createHash("sha256").update(text).digest();
}
