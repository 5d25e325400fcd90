import type { TransferProgress } from "../../call/CallEffect.ts";
import type { Referrer, ReferTarget } from "../../ports/CallLeg.ts";
import type { DialogCopy } from "../../ports/LegRecord.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import { OutgoingReferral, type OutgoingReferralParts } from "./OutgoingReferral.ts";
import { Referrals, type ReferralsParts } from "./Referrals.ts";
import type { WriteReferTo } from "./referTo.ts";
import type { NamedLeg } from "./TransferRights.ts";

export interface DialogTransfersParts extends ReferralsParts, OutgoingReferralParts {
    /** Name of the peer, trunk or account. */
    readonly peer: string;
    readonly copy: DialogCopy;
    /** How the peer is asked to carry out transfers; left out for a peer that is not asked. */
    readonly referTo?: WriteReferTo | undefined;
}

/** The transfers of one dialog: those that the peer asks for, and the one that it is asked to carry out. */
export class DialogTransfers implements Referrer {
    readonly #parts: DialogTransfersParts;
    readonly #referrals: Referrals;
    #asked: OutgoingReferral | undefined;

    constructor(parts: DialogTransfersParts) {
        this.#parts = parts;
        this.#referrals = new Referrals(parts);
    }

    /** For requests that name this dialog. */
    get named(): NamedLeg | undefined {
        const { leg, rights, copy, peer } = this.#parts;
        return leg && { leg, rights, copy, peer, refer: (request) => this.take(request) };
    }

    /** As `Referral.openEvent`, of the REFER of the peer that is not over. */
    get openEvent(): string | undefined {
        return this.#referrals.openEvent;
    }

    /** Asks the peer to carry out transfers by REFER; undefined if it is not asked. */
    get referrer(): Referrer | undefined {
        return this.#parts.referTo && this;
    }

    reaches(target: ReferTarget): boolean {
        return this.#parts.referTo?.(target) !== undefined;
    }

    async refer(target: ReferTarget): Promise<void> {
        const referTo = this.#parts.referTo?.(target);
        if (referTo === undefined) return;
        this.#asked?.stop();
        this.#asked = new OutgoingReferral(this.#parts);
        await this.#asked.ask(referTo);
    }

    /** A REFER of the peer, within the dialog or outside of it. */
    take(request: IncomingRequest): void {
        this.#referrals.take(request);
    }

    /** The response to a NOTIFY about what the peer was asked for; undefined for every other request. */
    receive(request: IncomingRequest): OutgoingResponse | undefined {
        return this.#asked?.receive(request);
    }

    /** Tells the peer how the transfer goes that it asked for. */
    async report(progress: TransferProgress): Promise<void> {
        await this.#referrals.reportTransfer(progress);
    }

    /** The peer has sent a BYE. */
    hungUp(): void {
        this.#asked?.hungUp();
    }

    /** The dialog is over. */
    close(): void {
        this.#referrals.close();
        this.#asked?.stop();
    }
}
