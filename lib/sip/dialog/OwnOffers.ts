import type { Sdp } from "../../call/vocabulary.ts";
import type { HeaderFields } from "../SipStack.ts";
import { type OfferOutcome, OutgoingOffer, type OutgoingOfferParts } from "./OutgoingOffer.ts";

/** What an offer is for. `change`: another session. `identity`: the headers; the session stays as it is. */
export type OfferPurpose = "change" | "identity";

interface PlannedOffer {
    readonly purpose: OfferPurpose;
    readonly sdp: Sdp;
    readonly headers: HeaderFields;
}

type Waiting = Readonly<Partial<Record<OfferPurpose, PlannedOffer | undefined>>>;
const NOTHING: Waiting = {};

type OwnOffer =
    | { readonly phase: "none" }
    /** The peer has not acknowledged the last 2xx: no INVITE can be sent before (RFC 3261, section 14.1). */
    | { readonly phase: "waitsForAck" }
    | { readonly phase: "open"; readonly offer: OutgoingOffer; readonly purpose: OfferPurpose };

/** Called with every outcome. `sdp`: what was offered. */
export type OnOutcome = (outcome: OfferOutcome, offered: Pick<PlannedOffer, "purpose" | "sdp">) => void;

/** The bridge's offers within one dialog, one at a time. One offer for each purpose can wait for another one. */
export class OwnOffers {
    readonly #parts: Omit<OutgoingOfferParts, "onOutcome">;
    readonly #onOutcome: OnOutcome;
    #waiting = NOTHING;
    #offer: OwnOffer = { phase: "none" };

    constructor(parts: Omit<OutgoingOfferParts, "onOutcome">, onOutcome: OnOutcome) {
        this.#parts = parts;
        this.#onOutcome = onOutcome;
    }

    /** Whether an offer is open, or about to be made. */
    get isOpen(): boolean {
        return this.#offer.phase !== "none";
    }

    /** Offers when the peer has acknowledged and no other offer is open: immediately, or later. */
    make(offer: PlannedOffer, ack: "received" | "due"): void {
        this.#waiting = { ...this.#waiting, [offer.purpose]: offer };
        if (this.#offer.phase !== "none") return;
        if (ack === "due") this.#offer = { phase: "waitsForAck" };
        else this.#makeNext();
    }

    acknowledged(): void {
        if (this.#offer.phase === "waitsForAck") this.#makeNext();
    }

    /** The peer makes an offer. `reject`: one of the bridge is under way; one that pauses gives way. */
    meet(): "accept" | "reject" {
        if (this.#offer.phase !== "open") return "accept";
        if (this.#offer.offer.isUnderWay) return "reject";
        this.#offer.offer.giveWay();
        return "accept";
    }

    /** Stops waiting for the answer to the last change. */
    withdraw(): void {
        this.#waiting = { ...this.#waiting, change: undefined };
        const own = this.#offer;
        if (own.phase === "open" && own.purpose === "change") {
            own.offer.withdraw();
            this.#makeNext();
        } else if (own.phase === "waitsForAck" && this.#waiting.identity === undefined) this.#offer = { phase: "none" };
    }

    /** The dialog is over. */
    stop(): void {
        this.#waiting = NOTHING;
        const own = this.#offer;
        this.#offer = { phase: "none" };
        if (own.phase === "open") own.offer.withdraw();
    }

    #makeNext(): void {
        const next = this.#waiting.change ?? this.#waiting.identity;
        this.#offer = { phase: "none" };
        if (next === undefined) return;
        const { purpose, sdp, headers } = next;
        this.#waiting = { ...this.#waiting, [purpose]: undefined };
        const offer = new OutgoingOffer(sdp, {
            ...this.#parts,
            headers: { ...this.#parts.headers, ...headers },
            onOutcome: (outcome) => {
                this.#offer = { phase: "none" };
                this.#onOutcome(outcome, { purpose, sdp });
                if (!this.isOpen) this.#makeNext();
            },
        });
        this.#offer = { phase: "open", offer, purpose };
    }
}
