import type { Sdp } from "../../call/vocabulary.ts";
import { type OfferOutcome, OutgoingOffer, type OutgoingOfferParts } from "./OutgoingOffer.ts";

type OwnOffer =
    | { readonly phase: "none" }
    /** The peer has not acknowledged the last 2xx: no INVITE can be sent before (RFC 3261, section 14.1). */
    | { readonly phase: "waitsForAck"; readonly sdp: Sdp }
    | { readonly phase: "open"; readonly offer: OutgoingOffer };

/** The bridge's offers within one dialog, one at a time. */
export class OwnOffers {
    readonly #parts: Omit<OutgoingOfferParts, "onOutcome">;
    readonly #onOutcome: (sdp: Sdp, outcome: OfferOutcome) => void;
    #offer: OwnOffer = { phase: "none" };

    constructor(parts: Omit<OutgoingOfferParts, "onOutcome">, onOutcome: (sdp: Sdp, outcome: OfferOutcome) => void) {
        this.#parts = parts;
        this.#onOutcome = onOutcome;
    }

    /** Whether an offer is open, or about to be made. */
    get isOpen(): boolean {
        return this.#offer.phase !== "none";
    }

    /** Offers when the peer has acknowledged: immediately, or with the next `acknowledged`. */
    make(sdp: Sdp, ack: "received" | "due"): void {
        if (ack === "due") {
            this.#offer = { phase: "waitsForAck", sdp };
            return;
        }
        const offer = new OutgoingOffer(sdp, {
            ...this.#parts,
            onOutcome: (outcome) => {
                this.#offer = { phase: "none" };
                this.#onOutcome(sdp, outcome);
            },
        });
        this.#offer = { phase: "open", offer };
    }

    acknowledged(): void {
        if (this.#offer.phase === "waitsForAck") this.make(this.#offer.sdp, "received");
    }

    /** The peer makes an offer. `reject`: one of the bridge is under way; one that pauses gives way. */
    meet(): "accept" | "reject" {
        if (this.#offer.phase !== "open") return "accept";
        if (this.#offer.offer.isUnderWay) return "reject";
        this.#offer.offer.giveWay();
        return "accept";
    }

    /** Stops waiting for an answer. */
    withdraw(): void {
        const own = this.#offer;
        this.#offer = { phase: "none" };
        if (own.phase === "open") own.offer.withdraw();
    }
}
