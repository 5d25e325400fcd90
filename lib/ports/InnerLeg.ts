import type { TransferProgress } from "../call/CallEffect.ts";
import type { CallLeg, LegAbility } from "./CallLeg.ts";

/**
 * The half of a party that the bridge plays itself, such as the caller of a test call: it is always there, cannot be asked, makes no
 * offers, and does not go on after a restart.
 */
export abstract class InnerLeg implements Omit<CallLeg, "end"> {
    readonly abilities: ReadonlySet<LegAbility> = new Set();

    reoffer(): Promise<void> {
        return Promise.resolve();
    }

    withdrawOffer(): Promise<void> {
        return Promise.resolve();
    }

    answerOffer(): Promise<void> {
        return Promise.resolve();
    }

    rejectOffer(): Promise<void> {
        return Promise.resolve();
    }

    postponeOffer(): Promise<void> {
        return Promise.resolve();
    }

    reportTransfer(_progress: TransferProgress): Promise<void> {
        return Promise.resolve(); // it asks for no transfer
    }

    showParty(): Promise<void> {
        return Promise.resolve();
    }

    sendDigits(): Promise<void> {
        return Promise.resolve(); // not asked: it has no ability for it
    }

    check(): Promise<void> {
        return Promise.resolve();
    }

    snapshot(): undefined {
        // nothing to go on with
    }
}
