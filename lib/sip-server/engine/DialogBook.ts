import type { CancelTimer } from "../Clock.ts";
import type { Dialog } from "../dialog/Dialog.ts";
import { DialogTable } from "../dialog/DialogTable.ts";
import type { CallTrace } from "./CallTrace.ts";
import type { EngineContext } from "./EngineContext.ts";
import { Session } from "./Session.ts";
import { SessionTimerKeeper } from "./SessionTimerKeeper.ts";

/** What keeps a dialog alive (RFC 5057): a call, and any number of subscriptions with the timers of their ends. */
interface Usages {
    session: Session | undefined;
    readonly subscriptions: Map<string, CancelTimer>;
}

/** Subscriptions of one dialog: REFERs make one each. */
const maxSubscriptions = 32;

/** The dialogs and what they are used for. A dialog without usage is over. */
export class DialogBook {
    readonly table = new DialogTable();
    readonly #usages = new Map<Dialog, Usages>();
    readonly #context: Pick<EngineContext, "clock" | "listener" | "options">;
    readonly #onSession: (session: Session) => void;

    /** `onSession` is called for every call before anything is agreed on in it. */
    constructor(context: Pick<EngineContext, "clock" | "listener" | "options">, onSession: (session: Session) => void) {
        this.#context = context;
        this.#onSession = onSession;
    }

    get full(): boolean {
        return this.table.size >= this.#context.options.maxDialogs;
    }

    sessionOf(dialog: Dialog): Session | undefined {
        return this.#usages.get(dialog)?.session;
    }

    openSession(dialog: Dialog, trace: CallTrace): Session {
        const usages = this.#usagesOf(dialog);
        if (usages.session !== undefined) return usages.session;
        usages.session = new Session(dialog, trace, new SessionTimerKeeper(this.#context.clock));
        this.#onSession(usages.session);
        return usages.session;
    }

    /** The call is over, or never came to be. The dialog goes with it unless a subscription holds it. */
    closeSession(dialog: Dialog): void {
        const usages = this.#usages.get(dialog);
        if (usages?.session === undefined) return;
        usages.session.close();
        usages.session = undefined;
        this.#endIfUnused(dialog, usages);
    }

    /** Opens or prolongs a subscription: it ends by itself after `seconds` and the time of a transaction. False if there are too many, or the dialog is over. */
    openSubscription(dialog: Dialog, key: string, seconds: number): boolean {
        if (dialog.phase === "ended") return false;
        const usages = this.#usagesOf(dialog);
        if (!usages.subscriptions.has(key) && usages.subscriptions.size >= maxSubscriptions) return false;
        usages.subscriptions.get(key)?.();
        const ms = seconds * 1000 + 64 * this.#context.options.timing.t1;
        usages.subscriptions.set(
            key,
            this.#context.clock.setTimer(ms, () => this.closeSubscription(dialog, key)),
        );
        return true;
    }

    closeSubscription(dialog: Dialog, key: string): void {
        const usages = this.#usages.get(dialog);
        if (usages === undefined) return;
        usages.subscriptions.get(key)?.();
        usages.subscriptions.delete(key);
        this.#endIfUnused(dialog, usages);
    }

    subscriptionsOf(dialog: Dialog): readonly string[] {
        return [...(this.#usages.get(dialog)?.subscriptions.keys() ?? [])];
    }

    /** Ends everything immediately, without notifying the peers. */
    closeAll(): void {
        for (const dialog of this.table) this.#close(dialog);
    }

    #close(dialog: Dialog): void {
        for (const key of this.subscriptionsOf(dialog)) this.closeSubscription(dialog, key);
        this.closeSession(dialog);
    }

    #usagesOf(dialog: Dialog): Usages {
        const known = this.#usages.get(dialog);
        if (known !== undefined) return known;
        // No message could distinguish two dialogs with one identity, which result from a tag that an application uses twice.
        const older = this.table.find(dialog.callId, dialog.localTag, dialog.remoteTag);
        if (older !== undefined) this.#close(older);
        const usages: Usages = { session: undefined, subscriptions: new Map() };
        this.#usages.set(dialog, usages);
        this.table.add(dialog);
        return usages;
    }

    #endIfUnused(dialog: Dialog, usages: Usages): void {
        if (usages.session !== undefined || usages.subscriptions.size > 0) return;
        dialog.phase = "ended";
        this.#usages.delete(dialog);
        const last = this.table.remove(dialog);
        // In a later turn: the end may come about within an order of the application, whose answer goes first.
        if (last) this.#context.clock.setTimer(0, () => this.#notifyEnd(dialog.id));
    }

    /** Not if a new dialog has taken the id meanwhile: a digest retry may reuse Call-ID and tag. */
    #notifyEnd(id: string): void {
        if (this.table.withId(id).length === 0) this.#context.listener.onDialogEnded(id);
    }
}
