import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { Mailboxes } from "../../ports/MailboxNews.ts";
import { deltaSecondsIn } from "../deltaSeconds.ts";
import type { DialogHandler, SipCalls } from "../SipCalls.ts";
import type { IncomingRequest, OutgoingResponse, SipStack } from "../SipStack.ts";
import { composeMessageSummary, MESSAGE_SUMMARY_MEDIA_TYPE } from "./format/messageSummary.ts";

export interface MailboxSubscriptionsParts {
    readonly stack: SipStack;
    readonly calls: Pick<SipCalls, "addDialog" | "removeDialog">;
    readonly mailboxes: Mailboxes;
    readonly clock: Clock;
    readonly log: Log;
}

interface Subscription extends DialogHandler {
    readonly user: MatrixUserId;
    readonly dialogId: string;
    /** Wall time in ms. */
    expiresAt: number;
    cancelEnd: () => void;
}

const MAX_SUBSCRIPTIONS = 1_000;
const DEFAULT_SECONDS = 3_600;
const MAX_SECONDS = 86_400;
const MIN_SECONDS = 60;

/** Serves subscriptions of registered phones to their user's mailbox (RFC 6665, RFC 3842). */
export class MailboxSubscriptions {
    readonly #parts: MailboxSubscriptionsParts;
    readonly #subscriptions = new Map<string, Subscription>();

    constructor(parts: MailboxSubscriptionsParts) {
        this.#parts = parts;
    }

    /** Responds to a SUBSCRIBE outside of dialogs of a user's phone, and sends the first NOTIFY. Never throws. */
    handle(request: IncomingRequest, user: MatrixUserId): void {
        const seconds = secondsOf(request);
        const refusal = refusalOf(request, seconds);
        if (refusal !== undefined || this.#subscriptions.size >= MAX_SUBSCRIPTIONS) {
            return this.#respond(request, refusal ?? { status: 503, headers: { "Retry-After": "600" } });
        }
        request.respond(acceptance(seconds)).then(
            ({ dialogId }) => {
                if (dialogId !== undefined) this.#open(dialogId, user, seconds);
            },
            (error: unknown) => this.#parts.log.debug("SIP message not sent", { error }),
        );
    }

    /** The state of a user's mailbox has changed. */
    changed(user: MatrixUserId): void {
        for (const subscription of this.#subscriptions.values()) {
            if (subscription.user === user) this.#notify(subscription);
        }
    }

    #open(dialogId: string, user: MatrixUserId, seconds: number): void {
        const subscription: Subscription = {
            user,
            dialogId,
            expiresAt: 0,
            cancelEnd: () => undefined,
            handle: (request) => this.#refresh(subscription, request),
            lost: () => {
                this.#close(subscription);
                return undefined;
            },
        };
        this.#subscriptions.set(dialogId, subscription);
        this.#parts.calls.addDialog(dialogId, subscription);
        this.#extend(subscription, seconds);
    }

    /** A SUBSCRIBE within the dialog prolongs the subscription, or ends it with `Expires: 0`. */
    #refresh(subscription: Subscription, request: IncomingRequest): void {
        if (request.method !== "SUBSCRIBE") return this.#respond(request, { status: 481 });
        const seconds = secondsOf(request);
        const refusal = refusalOf(request, seconds);
        if (refusal !== undefined) return this.#respond(request, refusal);
        this.#respond(request, acceptance(seconds));
        this.#extend(subscription, seconds);
    }

    /** Each SUBSCRIBE is followed by a NOTIFY (RFC 6665, section 4.2.1.2). */
    #extend(subscription: Subscription, seconds: number): void {
        subscription.cancelEnd();
        subscription.expiresAt = this.#parts.clock.now() + seconds * 1_000;
        this.#notify(subscription);
        if (seconds === 0) return this.#close(subscription);
        subscription.cancelEnd = this.#parts.clock.startTimer(seconds * 1_000, () => {
            this.#notify(subscription);
            this.#close(subscription);
        });
    }

    #notify(subscription: Subscription): void {
        const { stack, mailboxes, clock, log } = this.#parts;
        const { dialogId, user } = subscription;
        const seconds = Math.ceil((subscription.expiresAt - clock.now()) / 1_000);
        const state = seconds > 0 ? `active;expires=${seconds}` : "terminated;reason=timeout";
        const headers = {
            Event: "message-summary",
            "Subscription-State": state,
            "Content-Type": MESSAGE_SUMMARY_MEDIA_TYPE,
        };
        const body = composeMessageSummary(mailboxes.stateOf(user) ?? { waiting: "no" });
        const onResponse = ({ status }: { readonly status: number }): void => {
            // the phone has restarted or is gone (RFC 6665, section 4.2.2)
            if (status === 481 || status === 408) this.#close(subscription);
        };
        stack.send({ method: "NOTIFY", dialogId, headers, body }, { onResponse }).catch((error: unknown) => {
            log.debug("NOTIFY not sent", { error });
            this.#close(subscription);
        });
    }

    #close(subscription: Subscription): void {
        subscription.cancelEnd();
        this.#subscriptions.delete(subscription.dialogId);
        this.#parts.calls.removeDialog(subscription.dialogId, subscription);
    }

    #respond(request: IncomingRequest, response: OutgoingResponse): void {
        request.respond(response).catch((error: unknown) => this.#parts.log.debug("SIP message not sent", { error }));
    }
}

function secondsOf({ headers }: IncomingRequest): number {
    return Math.min(deltaSecondsIn(headers.get("expires")) ?? DEFAULT_SECONDS, MAX_SECONDS);
}

function refusalOf({ headers }: IncomingRequest, seconds: number): OutgoingResponse | undefined {
    const [event = ""] = (headers.get("event") ?? "").split(";");
    if (event.trim().toLowerCase() !== "message-summary") {
        return { status: 489, headers: { "Allow-Events": "message-summary" } };
    }
    if (seconds > 0 && seconds < MIN_SECONDS) return { status: 423, headers: { "Min-Expires": String(MIN_SECONDS) } };
    return undefined;
}

function acceptance(seconds: number): OutgoingResponse {
    return { status: 200, headers: { Expires: String(seconds) } };
}
