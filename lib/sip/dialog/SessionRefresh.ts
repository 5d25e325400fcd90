import type { Sdp } from "../../call/vocabulary.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import { sendInDialog } from "../digest/sendInDialog.ts";
import { dutyOfCaller, type RefreshDuty } from "./refreshDuty.ts";
import { CAPABILITIES } from "../sipCapabilities.ts";
import type { IncomingResponse, SipHeaders } from "../SipStack.ts";
import type { InDialogParts } from "./askInDialog.ts";

export interface SessionRefreshParts extends InDialogParts {
    readonly clock: Clock;
    readonly log: Log;
    /** Our description, repeated by re-INVITE; undefined while offers cross, when nothing is sent. */
    readonly description: () => Sdp | undefined;
}

/**
 * The SIP server refreshes at half time; we come first, so that it need not. What fails here is left to it: a challenge it
 * cannot answer still says that somebody is there.
 */
const SHARE_OF_INTERVAL = 0.45;

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
            this.#send(duty);
        });
    }

    #send(duty: RefreshDuty): void {
        const { log, userAgent, headers, description } = this.#parts;
        const { method, seconds } = duty;
        const sdp = description();
        if (this.#state === "stopped" || sdp === undefined) return;
        const onFailed = (error: unknown): void => log.debug("session refresh not sent", { error });
        sendInDialog({
            ...this.#parts,
            method,
            headers: {
                ...headers,
                ...CAPABILITIES,
                "Session-Expires": `${seconds};refresher=uac`,
                "User-Agent": userAgent,
                ...(method === "INVITE" && { "Content-Type": "application/sdp" }),
            },
            ...(method === "INVITE" && { body: sdp }),
            mayRepeat: () => this.#state === "running" && description() === sdp,
            onFinal: (response, sent) => this.#answered(duty, sent.headers, response),
            onFailed,
        }).catch(onFailed);
    }

    #answered(duty: RefreshDuty, request: SipHeaders, response: IncomingResponse): void {
        if (response.status < 300) return this.#refreshed(duty, request, response);
        // the next one may be challenged again
        this.#parts.digest?.accepted();
        this.#parts.log.debug("session refresh rejected", { status: response.status });
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
