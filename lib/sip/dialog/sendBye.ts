import type { Log } from "../../ports/Log.ts";
import { answerChallenge } from "../digest/answerChallenge.ts";
import type { DigestClient } from "../digest/DigestClient.ts";
import type { HeaderFields, HeaderLine, SipStack } from "../SipStack.ts";

export interface ByeParts {
    readonly stack: SipStack;
    readonly log: Log;
    readonly userAgent: string;
    readonly dialogId: string;
    /** Answers challenges, if there are credentials. */
    readonly digest: DigestClient | undefined;
    readonly headers: HeaderFields;
    /** Whether the dialog is over already: then nothing is repeated. */
    readonly isOver: () => boolean;
    /** Called when the BYE has its final response, or cannot be delivered. */
    readonly onOver: () => void;
}

/** A proxy and the callee may challenge each, and either nonce may be stale. */
const MAX_REPEATS = 4;

/** Sends a BYE, again if it is challenged. @param repeats how often it was challenged so far */
export async function sendBye(parts: ByeParts, authorization: readonly HeaderLine[] = [], repeats = 0): Promise<void> {
    const { stack, dialogId, userAgent, digest, headers, log, isOver, onOver } = parts;
    const request = { method: "BYE", dialogId, headers: { ...headers, "User-Agent": userAgent } };
    try {
        const sent = await stack.send(
            { ...request, headerLines: authorization },
            {
                onResponse: (response) => {
                    if (response.status < 200 || isOver()) return;
                    const bye = { method: "BYE", uri: sent.uri, body: "" };
                    const answer = repeats < MAX_REPEATS ? answerChallenge(digest, response, bye) : undefined;
                    if (answer === undefined) return onOver();
                    void sendBye(parts, answer, repeats + 1);
                },
            },
        );
    } catch (error) {
        // it cannot be delivered: the dialog or the server no longer exists
        log.debug("BYE not sent", { error });
        onOver();
    }
}
