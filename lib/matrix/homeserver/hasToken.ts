import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/**
 * Whether a request has this token; undefined if it has none. Homeservers older than Matrix 1.4 send it in the query
 * (Application Service API, "Authorization"). The comparison takes the same time for every wrong token.
 */
export function hasToken(request: Pick<IncomingMessage, "headers" | "url">, token: string): boolean | undefined {
    const sent = tokenIn(request);
    return sent === undefined ? undefined : timingSafeEqual(digest(sent), digest(token));
}

function tokenIn({ headers, url }: Pick<IncomingMessage, "headers" | "url">): string | undefined {
    const bearer = /^bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
    if (bearer !== undefined) return bearer;
    const query = url?.split("?")[1];
    return query === undefined ? undefined : (new URLSearchParams(query).get("access_token") ?? undefined);
}

function digest(text: string): Buffer {
    return createHash("sha256").update(text).digest();
}
