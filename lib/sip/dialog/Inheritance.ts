import type { DialogCopy } from "../../ports/LegRecord.ts";
import type { Log } from "../../ports/Log.ts";
import type { SipCalls } from "../SipCalls.ts";
import { reasonHeader } from "../sipEndCause.ts";
import type { InheritedTransactions, SipStack } from "../SipStack.ts";
import { byeByCopy } from "./dialogCopy.ts";

export interface InheritanceParts {
    readonly stack: SipStack;
    readonly inherited: InheritedTransactions;
    readonly calls: Pick<SipCalls, "lost" | "unknownOf" | "dialogIds" | "hungUp" | "lose">;
    readonly userAgent: string;
    readonly log: Log;
}

/** What the SIP server holds for the bridge when it connects. */
export interface HeldByServer {
    readonly dialogs: readonly string[];
    readonly transactions: readonly {
        readonly id: string;
        readonly direction: "inbound" | "outbound";
        readonly method: string;
        readonly callId: string;
    }[];
    /** Another notice follows. */
    readonly more: boolean;
}

/** More lost dialogs are not ended one by one. */
const MAX_LOST_DIALOGS = 10_000;

/**
 * Compares the calls of the bridge with the dialogs of its SIP server, whenever either of them is new. Dialogs without a call
 * are ended. For calls whose dialog was lost with the SIP server, the new one sends a BYE from the copy of the dialog.
 */
export class Inheritance {
    readonly #parts: InheritanceParts;
    #held: string[] = [];
    /** Transactions of BYEs without a response, by Call-ID. */
    readonly #unansweredByes = new Map<string, string>();
    /** Dialogs of a lost SIP server. */
    #lostDialogs: DialogCopy[] = [];

    constructor(parts: InheritanceParts) {
        this.#parts = parts;
    }

    /** The connection to the SIP server is lost. */
    serverLost(): void {
        const copies = this.#parts.calls.lost();
        this.#lostDialogs = [...this.#lostDialogs, ...copies].slice(-MAX_LOST_DIALOGS);
    }

    /** Called when the connection is there. The embedded server says what it holds; another one does not. */
    serverUp({ version }: { readonly version: string }): void {
        if (!version.endsWith("-embedded")) this.#endLost(() => true);
    }

    /** Called for each notice of the server, which come before anything else. */
    take({ dialogs, transactions, more }: HeldByServer): void {
        this.#held.push(...dialogs);
        for (const { id, direction, method, callId } of transactions) {
            if (direction === "outbound" && method === "INVITE") this.#cancel(id);
            if (direction === "inbound" && method === "BYE") this.#unansweredByes.set(callId, id);
        }
        if (more) return;
        const held = this.#held;
        this.#held = [];
        const unknown = this.#parts.calls.unknownOf(held);
        if (held.length > 0) {
            this.#parts.log.info("SIP server held dialogs", { dialogs: held.length, unknown: unknown.length });
        }
        for (const dialogId of unknown) this.#bye(dialogId);
        const known = this.#parts.calls.dialogIds;
        // a dialog that is missing may have ended by a BYE that the server held: that comes first
        this.#parts.inherited.heldDelivered().then(
            () => this.#endMissing(known, new Set(held)),
            (error: unknown) => this.#parts.log.debug("connection lost while resuming", { error }),
        );
    }

    #endMissing(known: readonly string[], held: ReadonlySet<string>): void {
        this.#answerByes(known);
        this.#lostDialogs.push(...this.#parts.calls.lose(known.filter((id) => !held.has(id))));
        const isHeld = new Set([...held].map(callIdOf));
        // a server that only lost its connection still has them
        this.#endLost(({ callId }) => !isHeld.has(callId));
    }

    /** A BYE that went to the previous run, which was killed before it could respond: the server does not deliver it again. */
    #answerByes(known: readonly string[]): void {
        const { calls, inherited, log } = this.#parts;
        for (const dialogId of known) {
            const transactionId = this.#unansweredByes.get(callIdOf(dialogId));
            if (transactionId === undefined) continue;
            calls.hungUp(dialogId);
            inherited.respondTo(transactionId, { status: 200 }).catch((error: unknown) => {
                log.debug("BYE of the previous run not answered", { error });
            });
        }
        this.#unansweredByes.clear();
    }

    #endLost(isLost: (copy: DialogCopy) => boolean): void {
        for (const copy of this.#lostDialogs.splice(0)) if (isLost(copy)) this.#byeByCopy(copy);
    }

    #cancel(transactionId: string): void {
        const { inherited, log } = this.#parts;
        inherited.cancelSent(transactionId, { Reason: reasonHeader("serviceUnavailable") }).catch((error: unknown) => {
            log.debug("INVITE of the previous run not cancelled", { error });
        });
    }

    #bye(dialogId: string): void {
        this.#send({ method: "BYE", dialogId, headers: this.#headers() });
    }

    #byeByCopy(copy: DialogCopy): void {
        if (copy.target === "" || copy.local === "") return;
        this.#parts.log.info("call ended by a new SIP server", { sipCallId: copy.callId });
        this.#send(byeByCopy(copy, this.#headers()));
    }

    #send(request: Parameters<SipStack["send"]>[0]): void {
        const { stack, log } = this.#parts;
        stack.send(request, { onResponse: () => undefined }).catch((error: unknown) => {
            log.info("BYE of a lost call not sent", { error });
        });
    }

    #headers(): Record<string, string> {
        return { "User-Agent": this.#parts.userAgent, Reason: reasonHeader("serviceUnavailable") };
    }
}

/** The dialog IDs of the embedded SIP server begin with the Call-ID. */
function callIdOf(dialogId: string): string {
    return dialogId.split(";", 1)[0] ?? "";
}
