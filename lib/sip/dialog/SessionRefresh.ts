import type { Sdp } from "../../call/vocabulary.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import { answerChallenge } from "../digest/answerChallenge.ts";
import type { DigestClient } from "../digest/DigestClient.ts";
import { dutyOfCaller, type RefreshDuty } from "./refreshDuty.ts";
import { CAPABILITIES } from "../sipCapabilities.ts";
import type { HeaderFields, HeaderLine, IncomingResponse, SipHeaders, SipStack } from "../SipStack.ts";

export interface SessionRefreshParts {
    readonly stack: SipStack;
    readonly clock: Clock;
    readonly log: Log;
    readonly userAgent: string;
    readonly dialogId: string;
    /** Answers challenges, where there are credentials. */
    readonly digest: DigestClient | undefined;
    /** What every message of the call carries. */
    readonly headers: HeaderFields;
    /** Our description, repeated by re-INVITE; undefined while offers cross, when nothing is sent. */
    readonly description: () => Sdp | undefined;
}

/**
 * The SIP server refreshes at half time; we come first, so that it need not. What fails here is left to it: a challenge it
 * cannot answer still says that somebody is there.
 */
const SHARE_OF_INTERVAL = 0.45;
/** A proxy and the peer may challenge each, and either nonce may be stale. */
const MAX_REPEATS = 4;

/**
 * Refreshes a session (RFC 4028) where the SIP server, which refreshes all others by itself, knows too little: with a peer
 * for whom there are credentials, which it may ask for each time, and where every message of the call has headers of its own.
 */
export class SessionRefresh {
    readonly #parts: SessionRefreshParts;
    #stopTimer = (): void => undefined;
    #state: "running" | "stopped" = "running";

    constructor(duty: RefreshDuty, parts: SessionRefreshParts) {
        this.#parts = parts;
        this.#arm(duty);
    }

    /** The dialog is over or about to be, or the peer refreshes from now on: nothing is sent any more. */
    stop(): void {
        this.#state = "stopped";
        this.#stopTimer();
        // a BYE may be challenged again
        this.#parts.digest?.accepted();
    }

    #arm(duty: RefreshDuty): void {
        if (this.#state === "stopped") return;
        this.#stopTimer();
        this.#stopTimer = this.#parts.clock.startTimer(duty.seconds * 1_000 * SHARE_OF_INTERVAL, () => {
            // armed before sending, in case no response arrives
            this.#arm(duty);
            void this.#send(duty);
        });
    }

    async #send(duty: RefreshDuty, authorization: readonly HeaderLine[] = [], repeats = 0): Promise<void> {
        const { stack, log, userAgent, dialogId, headers, description } = this.#parts;
        const { method, seconds } = duty;
        const sdp = description();
        if (this.#state === "stopped" || sdp === undefined) return;
        const body = method === "INVITE" ? { type: { "Content-Type": "application/sdp" }, text: sdp } : undefined;
        try {
            const sent = await stack.send(
                {
                    method,
                    dialogId,
                    headers: {
                        ...headers,
                        ...CAPABILITIES,
                        "Session-Expires": `${seconds};refresher=uac`,
                        "User-Agent": userAgent,
                        ...body?.type,
                    },
                    headerLines: authorization,
                    ...(body !== undefined && { body: body.text }),
                },
                {
                    onResponse: (response) => {
                        if (response.status < 200) return;
                        if (response.status < 300) return this.#refreshed(duty, sent.headers, response);
                        const request = { method, uri: sent.uri, body: body?.text ?? "" };
                        const mayRepeat = repeats < MAX_REPEATS && this.#state === "running";
                        const answer = mayRepeat ? answerChallenge(this.#parts.digest, response, request) : undefined;
                        if (answer !== undefined) return void this.#send(duty, answer, repeats + 1);
                        // the next one may be challenged again
                        this.#parts.digest?.accepted();
                        log.debug("session refresh rejected", { status: response.status });
                    },
                },
            );
        } catch (error) {
            log.debug("session refresh not sent", { error });
        }
    }

    #refreshed(duty: RefreshDuty, request: SipHeaders, response: IncomingResponse): void {
        const { digest, log } = this.#parts;
        digest?.accepted();
        if (duty.method === "INVITE") {
            response.acknowledge().catch((error: unknown) => log.debug("ACK not sent", { error }));
        }
        const next = dutyOfCaller(request, response.headers);
        if (next === undefined) this.stop();
        else this.#arm({ seconds: next.seconds, method: duty.method });
    }
}
