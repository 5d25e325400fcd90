import type { Clock } from "../../ports/Clock.ts";
import { answerChallenge } from "../digest/answerChallenge.ts";
import { newCnonce } from "../digest/newCnonce.ts";
import { DigestClient, type DigestCredentials } from "../digest/DigestClient.ts";
import {
    type HeaderFields,
    type HeaderLine,
    type IncomingResponse,
    type SentRequest,
    SipSendError,
    type SipStack,
} from "../SipStack.ts";

/** A request outside of dialogs that gets one final response: MESSAGE, or NOTIFY within a subscription. */
export interface PlainRequest {
    readonly method: "MESSAGE" | "NOTIFY";
    readonly uri: string;
    readonly nextHop?: string;
    readonly answerMs?: number;
    readonly headers: HeaderFields;
    readonly body: string;
    readonly callId: string;
    /** Sequence number of the first attempt; it is counted up when the request is repeated with credentials. */
    readonly sequence: number;
    readonly credentials?: DigestCredentials;
}

/** The part of a response that decides what becomes of the request. */
export type FinalResponse = Pick<IncomingResponse, "status" | "headers">;

/** Challenges answered for one request: from the server and from proxies on the way. */
const MAX_CHALLENGES = 3;
/** RFC 3261, timer F, and room for the SIP server: it stays silent only if the connection to it is lost. */
const RESPONSE_TIMEOUT_MS = 40_000;
const NO_HEADERS: FinalResponse["headers"] = new Map();

/** Sends requests outside of dialogs and answers digest challenges. */
export class MessageClient {
    readonly #stack: SipStack;
    readonly #clock: Clock;

    constructor(stack: SipStack, clock: Clock) {
        this.#stack = stack;
        this.#clock = clock;
    }

    /**
     * Resolves with the final response, 408 if the peer did not respond and 503 if the request could not be sent. Rejects with
     * a `SipSendError` if it is too large. The SIP server's transaction timers limit the time.
     */
    async send(request: PlainRequest): Promise<FinalResponse> {
        const digest = request.credentials && new DigestClient(request.credentials, newCnonce);
        let authorization: readonly HeaderLine[] = [];
        for (let repeats = 0; ; repeats += 1) {
            const { response, sent } = await this.#once(request, request.sequence + repeats, authorization);
            if (response.status >= 200 && response.status < 300) digest?.accepted();
            const answer =
                sent === undefined || repeats >= MAX_CHALLENGES
                    ? undefined
                    : answerChallenge(digest, response, { method: request.method, uri: sent.uri, body: request.body });
            if (answer === undefined) return response;
            authorization = answer;
        }
    }

    async #once(
        { method, uri, nextHop, answerMs, headers, body, callId }: PlainRequest,
        sequence: number,
        headerLines: readonly HeaderLine[],
    ): Promise<{ readonly response: FinalResponse; readonly sent?: SentRequest }> {
        let settle: (response: FinalResponse) => void = () => undefined;
        const final = new Promise<FinalResponse>((resolve) => (settle = resolve));
        const order = {
            method,
            uri,
            ...(nextHop !== undefined && { nextHop }),
            ...(answerMs !== undefined && { answerMs }),
            headers: { ...headers, "Call-ID": callId, CSeq: `${sequence} ${method}` },
            headerLines,
            body,
        };
        try {
            const sent = await this.#stack.send(order, {
                onResponse: (response) => {
                    if (response.status >= 200) settle(response);
                },
            });
            const cancel = this.#clock.startTimer(RESPONSE_TIMEOUT_MS, () =>
                settle({ status: 408, headers: NO_HEADERS }),
            );
            const response = await final;
            cancel();
            return { response, sent };
        } catch (error) {
            if (!(error instanceof SipSendError) || error.code === "tooLarge") throw error;
            return { response: { status: 503, headers: NO_HEADERS } };
        }
    }
}
