import type { DigestClient } from "./DigestClient.ts";
import type { DigestRequest } from "./digestResponse.ts";
import { parseNameAddress } from "../sipHeaders.ts";
import type { HeaderLine, IncomingResponse, SipHeaders } from "../SipStack.ts";

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

/**
 * The credentials of the PRACK that acknowledges a provisional response to an INVITE that was challenged: a
 * challenge to the PRACK could not be answered (RFC 3261, section 22.3). @param progress the headers of that response
 */
export function prackCredentials(digest: DigestClient | undefined, progress: SipHeaders): readonly HeaderLine[] {
    const target = parseNameAddress(progress.get("contact") ?? "")?.uri;
    return target === undefined ? [] : authorizationLines(digest, { method: "PRACK", uri: target, body: "" });
}
