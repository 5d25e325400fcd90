import type { TransferProgress } from "../../call/CallEffect.ts";
import type { EndCause, Sdp } from "../../call/vocabulary.ts";
import type { CallLeg, LegAbility, PictureSource, Referrer, ShownParty } from "../../ports/CallLeg.ts";
import type { SipDialog } from "./SipDialog.ts";

/** What a SIP leg does within its dialog, whichever side placed the call. Before there is a dialog, nothing is done. */
export abstract class DialogLeg implements Omit<CallLeg, "end" | "snapshot"> {
    get abilities(): ReadonlySet<LegAbility> {
        const dialog = this.dialog();
        // early media: the media server answers in its place
        if (dialog === undefined) return new Set(this.receivesEarlyDigits ? ["digits"] : []);
        return new Set(dialog.digitsByInfo !== undefined ? ["reoffer", "digits"] : ["reoffer"]);
    }

    get pictures(): PictureSource | undefined {
        return this.dialog()?.pictures;
    }

    get referrer(): Referrer | undefined {
        return this.dialog()?.transfers.referrer;
    }

    protected abstract dialog(): SipDialog | undefined;

    /** Whether the party will receive digits by INFO, as far as that is known before there is a dialog. */
    protected get receivesEarlyDigits(): boolean {
        return false;
    }

    async answerOffer(sdp: Sdp): Promise<void> {
        await this.dialog()?.answerOffer(sdp);
    }

    async rejectOffer(cause: EndCause): Promise<void> {
        await this.dialog()?.rejectOffer(cause);
    }

    postponeOffer(): Promise<void> {
        this.dialog()?.postponeOffer();
        return Promise.resolve();
    }

    reoffer(sdp: Sdp): Promise<void> {
        this.dialog()?.reoffer(sdp);
        return Promise.resolve();
    }

    async check(): Promise<void> {
        await this.dialog()?.check();
    }

    async reportTransfer(progress: TransferProgress): Promise<void> {
        await this.dialog()?.transfers.report(progress);
    }

    showParty(party: ShownParty): Promise<void> {
        this.dialog()?.showParty(party);
        return Promise.resolve();
    }

    async sendDigits(digits: string): Promise<void> {
        await this.dialog()?.digitsByInfo?.send(digits);
    }

    withdrawOffer(): Promise<void> {
        this.dialog()?.withdrawOffer();
        return Promise.resolve();
    }
}
