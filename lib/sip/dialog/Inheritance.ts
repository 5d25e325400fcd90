import type { DialogCopy } from "../../ports/LegRecord.ts";
import type { Log } from "../../ports/Log.ts";
import type { LostCall, SipCalls } from "../SipCalls.ts";
import { reasonHeader } from "../sipEndCause.ts";
import { type InheritedTransactions, SipSendError, type SipStack } from "../SipStack.ts";
import { endLostDialog, type LostDialog } from "./endLostDialog.ts";
import { endOpenInvite } from "./endOpenInvite.ts";

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

/** More lost calls are not ended one by one. */
const MAX_LOST_CALLS = 10_000;

/**
 * Compares the calls of the bridge with the dialogs of its SIP server, whenever either of them is new. Dialogs without a call
 * are ended. Calls that were lost with the SIP server are ended by the new one with what the bridge knows of them: connected
 * calls by BYE, those that ring by CANCEL or a final response.
 */
export class Inheritance {
    readonly #parts: InheritanceParts;
    #held: string[] = [];
    /** Transactions of BYEs without a response, by Call-ID. */
    readonly #unansweredByes = new Map<string, string>();
    /** Calls of a lost SIP server that have not been ended. */
    #lost: LostCall[] = [];

    constructor(parts: InheritanceParts) {
        this.#parts = parts;
    }

    /** The connection to the SIP server is lost. */
    serverLost(): void {
        this.#keep(...this.#parts.calls.lost());
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
            this.#parts.log.info("calls found in the SIP server", { calls: held.length, unknown: unknown.length });
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
        this.#keep(...this.#parts.calls.lose(known.filter((id) => !held.has(id))));
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

    #keep(...calls: readonly LostCall[]): void {
        this.#lost = [...this.#lost, ...calls].slice(-MAX_LOST_CALLS);
    }

    #endLost(isLost: (copy: DialogCopy) => boolean): void {
        for (const call of this.#lost.splice(0)) {
            if (call.kind === "dialog" && !isLost(call.dialog.copy)) continue;
            this.#end(call).catch((error: unknown) => {
                // the next server ends it
                if (error instanceof SipSendError && error.code === "disconnected") return this.#keep(call);
                this.#parts.log.info("lost call not ended", { sipCallId: callIdOfLost(call), error });
            });
        }
    }

    async #end(call: LostCall): Promise<void> {
        const { log, stack } = this.#parts;
        if (call.kind === "invite") await endOpenInvite(call.record, "serviceUnavailable", this.#parts);
        else if (call.dialog.copy.target === "" || call.dialog.copy.local === "") return;
        else {
            await endLostDialog(call.dialog, {
                stack,
                headers: this.#headers(),
                onFinal: ({ status }) => this.#ended(call.dialog, status),
                onFailed: (error) => log.info("lost call not ended", { sipCallId: callIdOfLost(call), error }),
            });
        }
        log.info("call of the lost SIP server ended", { sipCallId: callIdOfLost(call) });
    }

    /** 481: the peer has ended it as well. */
    #ended({ copy }: LostDialog, status: number): void {
        if (status < 300 || status === 481) return;
        this.#parts.log.info("lost call not ended", { sipCallId: copy.callId, status });
    }

    #cancel(transactionId: string): void {
        const { inherited, log } = this.#parts;
        inherited.cancelSent(transactionId, { Reason: reasonHeader("serviceUnavailable") }).catch((error: unknown) => {
            log.debug("INVITE of the previous run not cancelled", { error });
        });
    }

    #bye(dialogId: string): void {
        const { stack, log } = this.#parts;
        const bye = { method: "BYE", dialogId, headers: this.#headers() };
        stack.send(bye, { onResponse: () => undefined }).catch((error: unknown) => {
            log.info("BYE without a call not sent", { error });
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

function callIdOfLost(call: LostCall): string {
    return call.kind === "dialog" ? call.dialog.copy.callId : call.record.copy.callId;
}
