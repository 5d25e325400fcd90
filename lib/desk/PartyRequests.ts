import type { CallEffect } from "../call/CallEffect.ts";
import type { LegId } from "../call/vocabulary.ts";
import type { CallLeg } from "../ports/CallLeg.ts";
import type { LegSeat } from "./LegSeat.ts";
import type { MediaSeat } from "./MediaSeat.ts";

type Of<Kind extends CallEffect["kind"]> = Extract<CallEffect, { readonly kind: Kind }>;

/** Passes on what a party of a call sends to the other one, in the form that the other one receives. */
export class PartyRequests {
    readonly #seats: ReadonlyMap<LegId, LegSeat<CallLeg>>;
    readonly #media: ReadonlyMap<LegId, MediaSeat>;
    #lostDigits = 0;

    constructor(seats: ReadonlyMap<LegId, LegSeat<CallLeg>>, media: ReadonlyMap<LegId, MediaSeat>) {
        this.#seats = seats;
        this.#media = media;
    }

    /** How many series of digits could not be sent. */
    get lostDigits(): number {
        return this.#lostDigits;
    }

    carryOut(effect: Of<"passDigits" | "requestPicture">): void {
        if (effect.kind === "passDigits") this.#passDigits(effect);
        else this.#requestPicture(effect);
    }

    /** In the signalling of the other party, or in the media, where digits that came in the media have reached it. */
    #passDigits(effect: Of<"passDigits">): void {
        const { kind, digits, form } = effect;
        const onLost = (): void => void (this.#lostDigits += 1);
        const peer = this.#seats.get(effect.to);
        if (peer?.digitForm === "signalling") peer.inform(kind, (leg) => leg.sendDigits(digits), onLost);
        else if (form === "signalling") this.#media.get(effect.leg)?.sendDigits(effect, onLost);
    }

    /** In the signalling of the other party, or in the media, where a request that came in the media has reached it. */
    #requestPicture({ kind, leg, side, to, form }: Of<"requestPicture">): void {
        const peer = this.#seats.get(to);
        const pictures = peer?.leg.pictures;
        if (pictures !== undefined) peer?.inform(kind, () => pictures.request());
        else if (form === "signalling") this.#media.get(leg)?.requestPicture(side);
    }
}
