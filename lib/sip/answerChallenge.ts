import type { DigestClient } from "./digest.ts";
import type { DigestRequest } from "./digestResponse.ts";
import type { HeaderFields, IncomingResponse } from "./SipStack.ts";

/** The header with which to repeat a request after this 401 or 407; undefined if it is none, or cannot be answered. */
export function answerChallenge(
    digest: DigestClient | undefined,
    response: Pick<IncomingResponse, "status" | "headers">,
    request: DigestRequest,
): HeaderFields | undefined {
    const isProxy = response.status === 407;
    if (!isProxy && response.status !== 401) return undefined;
    const challenge = response.headers.get(isProxy ? "proxy-authenticate" : "www-authenticate");
    const answer = challenge === undefined ? undefined : digest?.answer(challenge, request);
    if (answer === undefined) return undefined;
    return { [isProxy ? "Proxy-Authorization" : "Authorization"]: answer };
}
