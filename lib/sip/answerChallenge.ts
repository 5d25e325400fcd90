import type { DigestClient } from "./digest.ts";
import type { DigestRequest } from "./digestResponse.ts";
import type { HeaderLine, IncomingResponse } from "./SipStack.ts";

/**
 * The header lines with which to repeat a request after this 401 or 407, instead of those it had before; undefined if it
 * is none, or cannot be answered.
 */
export function answerChallenge(
    digest: DigestClient | undefined,
    { status, headers }: Pick<IncomingResponse, "status" | "headers">,
    request: DigestRequest,
): readonly HeaderLine[] | undefined {
    if (digest === undefined || (status !== 401 && status !== 407)) return undefined;
    const isProxy = status === 407;
    const challenge = headers.get(isProxy ? "proxy-authenticate" : "www-authenticate");
    if (challenge === undefined || !digest.challenged(isProxy ? "proxy" : "server", challenge)) return undefined;
    return authorizationLines(digest, request);
}

/** The credentials a repeated request carries, whatever it is repeated for. */
export function authorizationLines(digest: DigestClient | undefined, request: DigestRequest): readonly HeaderLine[] {
    const authorizations = digest?.authorize(request) ?? [];
    return authorizations.map(({ to, value }) => [to === "proxy" ? "Proxy-Authorization" : "Authorization", value]);
}
