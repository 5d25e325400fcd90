import type { TransferProgress } from "../../call/CallEffect.ts";
import type { Sdp } from "../../call/vocabulary.ts";
import type { CallLeg } from "../../ports/CallLeg.ts";
import type { ClientTransfer } from "./ClientTransfer.ts";
import type { Negotiation } from "./negotiation.ts";

/** What a Matrix leg does within a connected call, whichever side placed it. Before it is connected, nothing is done. */
export abstract class NegotiatingLeg implements Omit<CallLeg, "abilities" | "end" | "snapshot" | "showParty"> {
    /** Which offer is open; undefined unless the call is connected. */
    protected abstract get negotiation(): Negotiation | undefined;

    /** Called only while the call is connected. */
    protected abstract setNegotiation(next: Negotiation): void;

    protected abstract sendNegotiation(description: "offer" | "answer", sdp: Sdp): Promise<void>;

    protected abstract get transfer(): ClientTransfer;

    async reoffer(sdp: Sdp): Promise<void> {
        if (this.negotiation === undefined) return;
        this.setNegotiation("ours");
        await this.sendNegotiation("offer", sdp);
    }

    async answerOffer(sdp: Sdp): Promise<void> {
        if (this.negotiation !== "theirs") return;
        this.setNegotiation("none");
        await this.sendNegotiation("answer", sdp);
    }

    rejectOffer(): Promise<void> {
        return this.#close(); // Matrix has no event for it
    }

    postponeOffer(): Promise<void> {
        return this.#close(); // Matrix has no event for it
    }

    withdrawOffer(): Promise<void> {
        return this.#close(); // Matrix has no event for it
    }

    reportTransfer(progress: TransferProgress): Promise<void> {
        this.transfer.reportTransfer(progress);
        return Promise.resolve();
    }

    check(): Promise<void> {
        return Promise.resolve(); // a client that is gone sends no media to rtpengine, which ends the call
    }

    sendDigits(): Promise<void> {
        return Promise.resolve(); // Matrix has no event for digits
    }

    #close(): Promise<void> {
        if (this.negotiation !== undefined) this.setNegotiation("none");
        return Promise.resolve();
    }
}
