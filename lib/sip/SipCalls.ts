import type { CallLeg } from "../ports/CallLeg.ts";
import type { SipInviteRecord } from "../ports/LegRecord.ts";
import { tagsOf } from "./dialog/dialogCopy.ts";
import type { LostDialog } from "./dialog/endLostDialog.ts";
import type { IncomingRequest } from "./SipStack.ts";
import type { DialogName } from "./transfer/dialogName.ts";
import type { NamedLeg } from "./transfer/TransferRights.ts";

/** What was lost with a SIP server, as another one needs it to end it. */
export type LostCall =
    | { readonly kind: "dialog"; readonly dialog: LostDialog }
    | { readonly kind: "invite"; readonly record: SipInviteRecord };

/** A dialog that takes in the requests of its peer. */
export interface DialogHandler {
    handle(request: IncomingRequest): void;
    /** The SIP server is gone, and the dialog with it. Returns what a new server needs to end it, if it has to be ended. */
    lost(): LostDialog | undefined;
    /** The peer has ended the dialog by a BYE that only an earlier run of the bridge received. Absent if no BYE can end it. */
    hungUp?(): void;
    /** The leg of a call that another request can name; undefined before the call is answered. */
    readonly named?: NamedLeg | undefined;
}

/** One SIP half of a call that is not over. */
export interface LiveLeg {
    /** The SIP server is gone. If there was a dialog, it has been told before. Returns what else has to be ended. */
    lost(): readonly LostCall[];
}

/** What the SIP side of the bridge holds at the moment: nothing of a call may stay here once it is over. */
export class SipCalls {
    readonly #dialogs = new Map<string, DialogHandler>();
    readonly #legs = new Map<LiveLeg, string>();
    readonly #byPeer = new Map<string, number>();
    readonly #onceOver: (() => void)[] = [];

    /** Calls, in both directions, that are not over. */
    get legs(): number {
        return this.#legs.size;
    }

    /** Dialogs, some of them of calls that are over but for the answer to their BYE. */
    get dialogs(): number {
        return this.#dialogs.size;
    }

    /** Calls of this peer or trunk that are not over. */
    legsOf(peer: string): number {
        return this.#byPeer.get(peer) ?? 0;
    }

    add(leg: LiveLeg, peer: string): void {
        this.remove(leg);
        this.#legs.set(leg, peer);
        this.#byPeer.set(peer, this.legsOf(peer) + 1);
    }

    /** Harmless if the leg is not there. */
    remove(leg: LiveLeg): void {
        const peer = this.#legs.get(leg);
        if (peer === undefined) return;
        this.#legs.delete(leg);
        const left = this.legsOf(peer) - 1;
        if (left > 0) this.#byPeer.set(peer, left);
        else this.#byPeer.delete(peer);
        if (this.#legs.size === 0) for (const go of this.#onceOver.splice(0)) go();
    }

    /** Resolves once no call is left: every CANCEL and its INVITE have their answer. */
    over(): Promise<void> {
        return this.#legs.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#onceOver.push(resolve));
    }

    addDialog(dialogId: string, dialog: DialogHandler): void {
        this.#dialogs.set(dialogId, dialog);
    }

    /** Removes this dialog, and no other that got the same id since. */
    removeDialog(dialogId: string, dialog: DialogHandler): void {
        if (this.#dialogs.get(dialogId) === dialog) this.#dialogs.delete(dialogId);
    }

    dialogOf(request: IncomingRequest): DialogHandler | undefined {
        return request.dialogId === undefined ? undefined : this.#dialogs.get(request.dialogId);
    }

    /**
     * The leg of a connected call with the dialog that a header of another request names (RFC 3891, section 3): both tags have to
     * match. The tag of the caller is part of the dialog's id.
     */
    legNamed({ callId, toTag, fromTag }: DialogName): NamedLeg | undefined {
        const received = this.#dialogs.get(`${callId};from-tag=${fromTag}`);
        const { named } = received ?? this.#dialogs.get(`${callId};from-tag=${toTag}`) ?? {};
        if (named === undefined) return undefined;
        const { local, remote } = tagsOf(named.copy);
        return local === toTag && remote === fromTag ? named : undefined;
    }

    /** The dialog of a leg; undefined unless its call is connected. */
    namedOf(leg: CallLeg): NamedLeg | undefined {
        return [...this.#dialogs.values()].find(({ named }) => named?.leg === leg)?.named;
    }

    /** The connection to the SIP server is gone: no dialog survives that. Returns what a new server needs to end them. */
    lost(): readonly LostCall[] {
        const dialogs = this.lose(this.dialogIds);
        return [...dialogs, ...[...this.#legs.keys()].flatMap((leg) => leg.lost())];
    }

    get dialogIds(): readonly string[] {
        return [...this.#dialogs.keys()];
    }

    /** The dialogs among these that no call has. */
    unknownOf(dialogIds: readonly string[]): readonly string[] {
        return dialogIds.filter((id) => !this.#dialogs.has(id));
    }

    /** The peer has ended this dialog by a BYE that only an earlier run of the bridge received. */
    hungUp(dialogId: string): void {
        this.#dialogs.get(dialogId)?.hungUp?.();
    }

    /** The SIP server does not have these dialogs any more. Returns what is needed to end them. */
    lose(dialogIds: readonly string[]): readonly LostCall[] {
        return dialogIds.flatMap((id): readonly LostCall[] => {
            const dialog = this.#dialogs.get(id)?.lost();
            return dialog === undefined ? [] : [{ kind: "dialog", dialog }];
        });
    }
}
