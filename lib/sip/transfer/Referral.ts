import type { TransferProgress } from "../../call/CallEffect.ts";
import { sipEndingOf } from "../sipEndCause.ts";
import type { HeaderFields, IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import { notifyTransfer, type NotifyParts, type TransferOutcome } from "./notifyTransfer.ts";

export type ReferralParts = NotifyParts;

type ReferralState =
    /** The REFER has no response: whether it is permitted is not known yet. */
    | "held"
    /** It was accepted, and the peer is notified. */
    | "subscribed"
    /** It was accepted, and the peer does not want to be notified. */
    | "unsubscribed"
    | "over";

const OK = { status: 200, reason: "OK" };
const TRYING = { status: 100, reason: "Trying" };
const RINGING = { status: 180, reason: "Ringing" };

/** One REFER of the peer: its response, and the NOTIFYs until the end of the transfer (RFC 3515, section 2.4). */
export class Referral {
    readonly #request: IncomingRequest;
    readonly #parts: ReferralParts;
    readonly #subscription: "wanted" | "unwanted";
    /** Tells the subscriptions of one dialog apart (RFC 3515, section 2.4.6). */
    readonly #event: string;
    #state: ReferralState = "held";
    /** A REFER outside of the dialog of the call makes one of its own. Undefined before, and if the SIP server makes none. */
    #dialogId: string | undefined;

    /** @param order whether it is the first one in the dialog that it came in */
    constructor(
        request: IncomingRequest,
        { subscription, order }: { readonly subscription: "wanted" | "unwanted"; readonly order: "first" | "later" },
        parts: ReferralParts,
    ) {
        this.#request = request;
        this.#parts = parts;
        this.#subscription = subscription;
        this.#dialogId = request.dialogId;
        const sequence = Number.parseInt(request.headers.get("cseq") ?? "", 10);
        this.#event = order === "first" ? "refer" : `refer;id=${sequence}`;
    }

    get isOver(): boolean {
        return this.#state === "over";
    }

    /**
     * For the call journal: what a peer is subscribed to within the dialog of the call, while it waits for the result; undefined if
     * it does not.
     */
    get openEvent(): string | undefined {
        return this.#state === "subscribed" && this.#request.dialogId !== undefined ? this.#event : undefined;
    }

    /** Resolves once the response and the NOTIFY are on the wire, or cannot be sent. */
    async report(progress: TransferProgress): Promise<void> {
        switch (progress.stage) {
            case "placed":
                return this.#accept();
            case "ringing":
                return this.#state === "subscribed" ? this.#notify(RINGING, "active") : undefined;
            case "done":
                return this.conclude(OK);
            case "failed":
                return this.#fail(sipEndingOf(progress.cause));
        }
    }

    /** Tells the peer how the transfer ended. */
    async conclude(outcome: TransferOutcome): Promise<void> {
        if (this.#state === "held") await this.#accept();
        const before = this.#state;
        this.#state = "over";
        if (before === "subscribed") await this.#notify(outcome, "terminated");
    }

    /** The dialog is over: the peer receives no more of it, and its subscription ends. */
    close(): void {
        const before = this.#state;
        this.#state = "over";
        if (before === "subscribed") void this.#notify(TRYING, "terminated");
    }

    async #accept(): Promise<void> {
        if (this.#state !== "held") return;
        this.#state = this.#subscription === "wanted" ? "subscribed" : "unsubscribed";
        const headers: HeaderFields = this.#subscription === "wanted" ? {} : { "Refer-Sub": "false" };
        await this.#respond({ status: 202, headers });
        if (this.#subscription === "wanted") await this.#notify(TRYING, "active");
    }

    /**
     * As the response to the REFER only what leaves the dialog as it is: a 404 or 481 would end the call (RFC 5057, section
     * 5.1). Everything else is the result of the transfer.
     */
    async #fail(outcome: TransferOutcome): Promise<void> {
        const isFinal = outcome.status === 403 || outcome.status === 603;
        if (this.#state !== "held" || (!isFinal && this.#subscription === "wanted")) return this.conclude(outcome);
        this.#state = "over";
        await this.#respond({ status: isFinal ? outcome.status : 603 });
    }

    async #respond(response: OutgoingResponse): Promise<void> {
        const { headers, log } = this.#parts;
        try {
            const sent = await this.#request.respond({ ...response, headers: { ...headers, ...response.headers } });
            this.#dialogId ??= sent.dialogId;
        } catch (error) {
            log.debug("response to REFER not sent", { error });
        }
    }

    async #notify(outcome: TransferOutcome, state: "active" | "terminated"): Promise<void> {
        const dialogId = this.#dialogId;
        if (dialogId === undefined) return;
        await notifyTransfer({ ...this.#parts, dialogId }, { event: this.#event, outcome, state }, (status) =>
            this.#notified(status),
        );
    }

    /** A peer without the subscription is not notified again (RFC 6665, section 4.2.2). */
    #notified(status: number): void {
        if (status >= 300 && this.#state === "subscribed") this.#state = "unsubscribed";
    }
}
