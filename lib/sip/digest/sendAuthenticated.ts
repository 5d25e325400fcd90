import type { HeaderLine, IncomingResponse, OutgoingRequest, SentRequest, SipStack } from "../SipStack.ts";
import { answerChallenge } from "./answerChallenge.ts";
import type { DigestClient } from "./DigestClient.ts";

/** A request that may be challenged, and what becomes of it. Callbacks are synchronous and must not throw. */
export interface AuthenticatedRequest {
    readonly stack: Pick<SipStack, "send">;
    /** Answers challenges, if there are credentials. */
    readonly digest: DigestClient | undefined;
    /** Composes the request. `challenges`: how many have been answered so far. */
    readonly compose: (credentials: readonly HeaderLine[], challenges: number) => OutgoingRequest;
    /** Called each time the request is on the wire. */
    readonly onSent?: ((sent: SentRequest) => void) | undefined;
    /** Whether it can be sent again now. */
    readonly mayRepeat?: (() => boolean) | undefined;
    /** Called with the final response, which the SIP server makes itself if the peer is silent. Challenges that are answered are none. */
    readonly onFinal: (response: IncomingResponse, sent: SentRequest) => void;
    /** Called if it cannot be sent again after a challenge. */
    readonly onFailed: (error: unknown) => void;
}

/** A proxy and the peer may challenge each, and either nonce may be stale. */
const MAX_CHALLENGES = 4;

/**
 * Sends a request, and again with credentials for as long as it is challenged and the challenge can be answered. Resolves once it is
 * on the wire for the first time; rejects if it cannot be sent at all.
 */
export async function sendAuthenticated(request: AuthenticatedRequest): Promise<void> {
    await send(request, [], 0);
}

async function send(
    request: AuthenticatedRequest,
    credentials: readonly HeaderLine[],
    challenges: number,
): Promise<void> {
    const { stack, digest, mayRepeat = () => true, onFinal, onFailed } = request;
    const order = request.compose(credentials, challenges);
    const sent: SentRequest = await stack.send(order, {
        onResponse: (response) => {
            if (response.status < 200) return;
            const challenged = { method: order.method, uri: sent.uri, body: order.body ?? "" };
            const canAnswer = challenges < MAX_CHALLENGES && mayRepeat();
            const answer = canAnswer ? answerChallenge(digest, response, challenged) : undefined;
            if (answer === undefined) onFinal(response, sent);
            else send(request, answer, challenges + 1).catch(onFailed);
        },
    });
    request.onSent?.(sent);
}
