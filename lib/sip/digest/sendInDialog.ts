import type { HeaderFields, HeaderLine, IncomingResponse, SentRequest, SipStack } from "../SipStack.ts";
import { answerChallenge } from "./answerChallenge.ts";
import type { DigestClient } from "./DigestClient.ts";

/** A request within a dialog, and what becomes of it. Callbacks are synchronous and must not throw. */
export interface DialogRequest {
    readonly stack: Pick<SipStack, "send">;
    /** Answers challenges, if there are credentials. */
    readonly digest: DigestClient | undefined;
    readonly method: string;
    readonly dialogId: string;
    readonly headers: HeaderFields;
    readonly body?: string;
    /** Called each time the request is on the wire. */
    readonly onSent?: (sent: SentRequest) => void;
    /** Whether it can be sent again now. */
    readonly mayRepeat?: () => boolean;
    /** Called with the final response, which the SIP server makes itself if the peer is silent. Challenges that are answered are none. */
    readonly onFinal: (response: IncomingResponse, sent: SentRequest) => void;
    /** Called if it cannot be sent again after a challenge. */
    readonly onFailed: (error: unknown) => void;
}

/** A proxy and the peer may challenge each, and either nonce may be stale. */
const MAX_CHALLENGES = 4;

/**
 * Sends a request within a dialog, and again with credentials for as long as it is challenged and the challenge can be
 * answered. Resolves once it is on the wire for the first time; rejects if it cannot be sent at all.
 */
export async function sendInDialog(request: DialogRequest): Promise<void> {
    await send(request, [], 0);
}

async function send(request: DialogRequest, headerLines: readonly HeaderLine[], challenges: number): Promise<void> {
    const { stack, digest, method, dialogId, headers, body, mayRepeat = () => true, onFinal, onFailed } = request;
    const order = { method, dialogId, headers, headerLines, ...(body !== undefined && { body }) };
    const sent: SentRequest = await stack.send(order, {
        onResponse: (response) => {
            if (response.status < 200) return;
            const challenged = { method, uri: sent.uri, body: body ?? "" };
            const canAnswer = challenges < MAX_CHALLENGES && mayRepeat();
            const answer = canAnswer ? answerChallenge(digest, response, challenged) : undefined;
            if (answer === undefined) onFinal(response, sent);
            else send(request, answer, challenges + 1).catch(onFailed);
        },
    });
    request.onSent?.(sent);
}
