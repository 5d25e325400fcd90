import type { CallLeg } from "../ports/CallLeg.ts";
import type { DialogCopy, SipInviteRecord } from "../ports/LegRecord.ts";
import { tagsOf } from "./dialog/dialogCopy.ts";
import type { LostDialog } from "./dialog/endLostDialog.ts";
import type { IncomingRequest } from "./SipStack.ts";
import type { DialogName } from "./transfer/dialogName.ts";
import type { NamedLeg, ReplaceableDialog } from "./transfer/TransferRights.ts";

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
    /** The leg of a call that another request can name; undefined once the call is over. */
    readonly named?: NamedLeg | undefined;
    /** The same, also of a call that is over. */
    readonly lastNamed?: NamedLeg | undefined;
}

/** One SIP half of a call that is not over. */
export interface LiveLeg {
    /** The SIP server is gone. If there was a dialog, it has been told before. Returns what else has to be ended. */
    lost(): readonly LostCall[];
    /** The leg, if it rings and has an early dialog of that name. Absent if no other request can name it. */
    early?(name: DialogName): ReplaceableDialog | undefined;
}

/** How many dialogs that are over are remembered. */
const MAX_PAST = 100;

/** What the SIP side of the bridge holds at the moment: nothing of a call may stay here once it is over. */
export class SipCalls {
    readonly #dialogs = new Map<string, DialogHandler>();
    readonly #legs = new Map<LiveLeg, string>();
    readonly #byPeer = new Map<string, number>();
    /** The last dialogs that are over, by id. */
    readonly #past = new Map<string, Pick<NamedLeg, "copy" | "rights">>();
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
        if (this.#dialogs.get(dialogId) !== dialog) return;
        this.#dialogs.delete(dialogId);
        if (dialog.lastNamed === undefined) return;
        const { copy, rights } = dialog.lastNamed;
        this.#past.set(dialogId, { copy, rights });
        const [oldest = ""] = this.#past.keys();
        if (this.#past.size > MAX_PAST) this.#past.delete(oldest);
    }

    dialogOf(request: IncomingRequest): DialogHandler | undefined {
        return request.dialogId === undefined ? undefined : this.#dialogs.get(request.dialogId);
    }

    /**
     * The leg of a connected call with the dialog that a header of another request names (RFC 3891, section 3): both tags have to
     * match. The tag of the caller is part of the dialog's id.
     */
    legNamed(name: DialogName): NamedLeg | undefined {
        return idsOf(name)
            .map((id) => this.#dialogs.get(id)?.named)
            .find((named) => named !== undefined && isNamed(named.copy, name));
    }

    /** What a Replaces header names (RFC 3891, section 3). Of the dialogs that are over, only the last ones are known. */
    dialogNamed(name: DialogName): ReplaceableDialog | undefined {
        const named = this.legNamed(name);
        if (named !== undefined) return { phase: "confirmed", leg: named.leg, rights: named.rights };
        const past = idsOf(name)
            .map((id) => this.#dialogs.get(id)?.lastNamed ?? this.#past.get(id))
            .find((each) => each !== undefined && isNamed(each.copy, name));
        if (past !== undefined) return { phase: "over", rights: past.rights };
        for (const leg of this.#legs.keys()) {
            const early = leg.early?.(name);
            if (early !== undefined) return early;
        }
        return undefined;
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

/** A dialog is kept by the tag of its caller, who may be either party. */
function idsOf({ callId, fromTag, toTag }: DialogName): readonly string[] {
    return [fromTag, toTag].map((tag) => `${callId};from-tag=${tag}`);
}

function isNamed(copy: DialogCopy, { toTag, fromTag }: DialogName): boolean {
    const { local, remote } = tagsOf(copy);
    return local === toTag && remote === fromTag;
}
