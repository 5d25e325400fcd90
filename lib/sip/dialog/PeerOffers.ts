import type { EndCause, Sdp } from "../../call/vocabulary.ts";
import { lateOffer } from "../../sdp/lateOffer.ts";
import { ACCEPTED_DESCRIPTIONS, sessionDescriptionIn } from "../sessionDescription.ts";
import { CAPABILITIES } from "../sipCapabilities.ts";
import { reasonHeader, sipEndingOf } from "../sipEndCause.ts";
import type { IncomingRequest } from "../SipStack.ts";
import type { AgreedSession } from "./AgreedSession.ts";
import type { AckState, DialogParts } from "./DialogParts.ts";
import { grantOf } from "./refreshDuty.ts";
import { respondInDialog } from "./respondInDialog.ts";

/** How long the rest of the bridge may take over an offer; an UPDATE has to be answered within 32 s (RFC 3261, timer F). */
const OFFER_TIMEOUT_MS = 25_000;

/** An offer of the peer that waits for an answer or a rejection. */
type PendingOffer =
    | { readonly by: "none" }
    | { readonly by: "request"; readonly request: IncomingRequest; readonly sdp: Sdp; readonly stopTimer: () => void }
    /** The answer, in an ACK, to an offer from the bridge that changed nothing: nothing more is sent. */
    | { readonly by: "ack" };

/** Called for the 2xx to a re-INVITE. */
export interface AckListener {
    /** The 2xx leaves, and this ACK is due. */
    readonly onDue: (ack: AckState) => void;
    /** The 2xx has not left, so that no ACK comes. */
    readonly onNotDue: () => void;
}

/** The peer's offers within one dialog, one at a time. What changes the session is reported and waits. */
export class PeerOffers {
    readonly #parts: DialogParts;
    readonly #session: AgreedSession;
    readonly #acks: AckListener;
    #offer: PendingOffer = { by: "none" };

    constructor(parts: DialogParts, session: AgreedSession, acks: AckListener) {
        this.#parts = parts;
        this.#session = session;
        this.#acks = acks;
    }

    get isPending(): boolean {
        return this.#offer.by !== "none";
    }

    /** The transaction of the request that waits, if one does. */
    get openTransactionId(): string | undefined {
        return this.#offer.by === "request" ? this.#offer.request.transactionId : undefined;
    }

    /** An INVITE or UPDATE within the dialog, if no other offer waits. */
    take(request: IncomingRequest): void {
        const description = sessionDescriptionIn(request);
        switch (description.kind) {
            case "none":
                return this.#refresh(request);
            case "given":
                if (this.#session.isAgreed(description.sdp)) return this.#answerLocally(request, "awaited");
                return this.#hold(request, description.sdp);
            case "noAudio":
                return respondInDialog(this.#parts, request, { status: 488 });
            case "malformed":
                return respondInDialog(this.#parts, request, { status: 400, reason: "Bad Session Description" });
            case "foreign":
            case "encoded":
                return respondInDialog(this.#parts, request, { status: 415, headers: ACCEPTED_DESCRIPTIONS });
        }
    }

    /** Has the media proxy learn of the peer's answer as it would of an offer: it has another one, or none. */
    announceAnswer(sdp: Sdp): void {
        this.#session.remote = sdp;
        this.#offer = { by: "ack" };
        this.#parts.report({ kind: "offered", sdp });
    }

    /** Answers the offer reported last, if it still waits. */
    async answer(sdp: Sdp): Promise<void> {
        const offer = this.drop();
        if (offer.by !== "request") return;
        const { local, remote } = this.#session;
        this.#session.remote = offer.sdp;
        await this.#respond(offer.request, sdp, "awaited").catch((error: unknown) => {
            // the call goes on as before: the peer cancelled its request meanwhile, or ends the dialog
            this.#session.local = local;
            this.#session.remote = remote;
            this.#notSent(offer.request, error);
        });
    }

    /**
     * Turns it down; the session stays as it was (RFC 3261, section 14.2). `noSession`: an answer cannot be refused, and without it
     * there is no session.
     */
    reject(cause: EndCause): "rejected" | "noSession" {
        const offer = this.drop();
        if (offer.by === "request") {
            respondInDialog(this.#parts, offer.request, { status: 488, headers: { Reason: reasonHeader(cause) } });
        }
        return offer.by === "ack" ? "noSession" : "rejected";
    }

    /** Rejects it so that the peer offers again a little later (RFC 3261, section 14.2). */
    postpone(): void {
        const offer = this.drop();
        if (offer.by === "request") respondInDialog(this.#parts, offer.request, { status: 491 });
    }

    /** RFC 3261, section 15.1.2: what is pending when the dialog ends gets 487. */
    refuse(): void {
        const offer = this.drop();
        if (offer.by !== "request") return;
        respondInDialog(this.#parts, offer.request, { status: sipEndingOf("cancelled").status });
    }

    /** Stops waiting. */
    drop(): PendingOffer {
        const offer = this.#offer;
        this.#offer = { by: "none" };
        if (offer.by === "request") offer.stopTimer();
        return offer;
    }

    /** A re-INVITE without SDP asks for our offer (RFC 3261, section 14.2); an UPDATE without it for nothing. */
    #refresh(request: IncomingRequest): void {
        const headers = { ...CAPABILITIES, ...grantOf(request.headers) };
        if (request.method === "UPDATE") return respondInDialog(this.#parts, request, { status: 200, headers });
        this.#answerLocally(request, "awaitedWithSdp", lateOffer(this.#session.local));
    }

    #answerLocally(request: IncomingRequest, ack: AckState, sdp = this.#session.local): void {
        this.#respond(request, sdp, ack).catch((error: unknown) => this.#notSent(request, error));
    }

    #hold(request: IncomingRequest, sdp: Sdp): void {
        const waits = (): boolean => this.#offer.by === "request" && this.#offer.request === request;
        const stopTimer = this.#parts.clock.startTimer(OFFER_TIMEOUT_MS, () => {
            if (waits()) this.reject("serviceUnavailable");
        });
        this.#offer = { by: "request", request, sdp, stopTimer };
        request.onCancel(() => {
            if (waits()) this.drop();
        });
        this.#parts.report({ kind: "offered", sdp });
    }

    async #respond(request: IncomingRequest, sdp: Sdp, ack: AckState): Promise<void> {
        this.#session.local = sdp;
        if (request.method === "INVITE") this.#acks.onDue(ack);
        const headers = {
            ...this.#parts.headers,
            ...CAPABILITIES,
            ...grantOf(request.headers),
            "Content-Type": "application/sdp",
        };
        try {
            await request.respond({ status: 200, headers, body: sdp });
        } catch (error) {
            // cancelled meanwhile, so no ACK will come
            this.#acks.onNotDue();
            throw error;
        }
    }

    #notSent({ method }: IncomingRequest, error: unknown): void {
        this.#parts.log.debug("response not sent", { method, error });
    }
}
