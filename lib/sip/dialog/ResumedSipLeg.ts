import type { CallId, EndCause } from "../../call/vocabulary.ts";
import type { CallLeg, LegReport } from "../../ports/CallLeg.ts";
import type { SipDialogRecord, SipInviteRecord, SipLegRecord } from "../../ports/LegRecord.ts";
import type { Log } from "../../ports/Log.ts";
import { DigestClient, type DigestCredentials } from "../digest/DigestClient.ts";
import { newCnonce } from "../digest/newCnonce.ts";
import type { AssertParty } from "../identity/assertedParty.ts";
import type { ConnectedParty } from "../identity/ConnectedParty.ts";
import type { LiveLeg, LostCall } from "../SipCalls.ts";
import type { SipEnvironment } from "../SipEnvironment.ts";
import { sipEndingOf } from "../sipEndCause.ts";
import type { InheritedTransactions } from "../SipStack.ts";
import { notifyTransfer } from "../transfer/notifyTransfer.ts";
import type { WriteReferTo } from "../transfer/referTo.ts";
import type { TransferRights } from "../transfer/TransferRights.ts";
import { DialogLeg } from "./DialogLeg.ts";
import { endOpenInvite } from "./endOpenInvite.ts";
import { SipDialog } from "./SipDialog.ts";

export interface ResumedSipLegParts extends SipEnvironment {
    readonly log: Log;
    readonly callId: CallId;
    readonly inherited: InheritedTransactions;
    /** Credentials for requests to the peer of the record, if it challenges them. */
    readonly credentials: DigestCredentials | undefined;
    /** Reads who the peer says that it is now; undefined for a registered phone. */
    readonly party: Pick<ConnectedParty, "read"> | undefined;
    /** Undefined for a peer that cannot transfer calls. */
    readonly rights: TransferRights | undefined;
    /** Undefined for a peer that is not told who its other party is. */
    readonly assert: AssertParty | undefined;
    /** Undefined for a peer that is not asked to carry out transfers. */
    readonly referTo: WriteReferTo | undefined;
    readonly report: LegReport;
}

type ResumedState =
    | { readonly phase: "inviteOpen"; readonly record: SipInviteRecord }
    | { readonly phase: "connected"; readonly dialog: SipDialog }
    | { readonly phase: "over" };

/** How often a peer is asked whether it still has the call, if the SIP server does not say which dialogs it has, in ms. */
const POLL_MS = 10_000;

/** The SIP half of a call that an earlier run of the bridge began. A call that was not answered yet can only be ended. */
export class ResumedSipLeg extends DialogLeg implements CallLeg, LiveLeg {
    readonly #parts: ResumedSipLegParts;
    readonly #record: SipLegRecord;
    #state: ResumedState;
    #stopPoll = (): void => undefined;

    constructor(record: SipLegRecord, parts: ResumedSipLegParts) {
        super();
        this.#parts = parts;
        this.#record = record;
        this.#state =
            record.phase === "connected"
                ? { phase: "connected", dialog: this.#dialogOf(record) }
                : { phase: "inviteOpen", record };
        parts.calls.add(this, record.peer);
    }

    /**
     * Called once, when the SIP server can be reached.
     * @param server whether it hands over dialogs; one that does not does not pass on what the peer sends in them either
     */
    serverUp(server: "handsOver" | "keepsDialogs"): void {
        if (this.#record.phase === "connected") this.#tellInterrupted(this.#record);
        if (server === "keepsDialogs") this.#poll();
    }

    #poll(): void {
        if (this.#state.phase !== "connected") return;
        this.#stopPoll = this.#parts.clock.startTimer(POLL_MS, () => this.#poll());
        this.#quietly(this.check());
    }

    async end(cause: EndCause): Promise<void> {
        const state = this.#state;
        switch (state.phase) {
            case "connected":
                return state.dialog.end(cause);
            case "inviteOpen":
                this.#over();
                return this.#endInvite(state.record, cause);
            case "over":
                return;
        }
    }

    snapshot(): SipLegRecord | undefined {
        switch (this.#state.phase) {
            case "connected":
                return this.#state.dialog.snapshot();
            case "inviteOpen":
                return this.#state.record;
            case "over":
                return undefined;
        }
    }

    lost(): readonly LostCall[] {
        const state = this.#state;
        this.#over();
        return state.phase === "inviteOpen" ? [{ kind: "invite", record: state.record }] : [];
    }

    protected override dialog(): SipDialog | undefined {
        return this.#state.phase === "connected" ? this.#state.dialog : undefined;
    }

    /** If the final response was sent before the restart, the gateway ends the dialog, which no call has. */
    async #endInvite(record: SipInviteRecord, cause: EndCause): Promise<void> {
        await endOpenInvite(record, cause, this.#parts).catch((error: unknown) => {
            this.#parts.log.debug("INVITE of the previous run not ended", { error });
        });
    }

    #dialogOf(record: SipDialogRecord): SipDialog {
        const { credentials, log } = this.#parts;
        const digest =
            credentials !== undefined && record.credentials === "allowed"
                ? new DigestClient(credentials, newCnonce)
                : undefined;
        const { dialogId, peer, role, headers, timer, duty, local, remote, dtmf, allow, copy } = record;
        // whether the peer has the session of its offer is not known: the next one counts in any case
        const agreed = record.openTransactionId === undefined ? remote : undefined;
        // the SIP server waits for an ACK that is due before it sends a BYE
        const ack = record.ack === "awaitedWithSdp" ? record.ack : "received";
        log.info("SIP call resumed", { dialogId });
        return new SipDialog({
            ...this.#parts,
            ...{ dialogId, peer, role, headers, timer, duty, local, remote: agreed, ack, dtmf, allow, copy, digest },
            leg: this,
            onEnded: () => this.#over(),
        });
    }

    /** What the peer has asked for is over: it can ask again. */
    #tellInterrupted({ openTransactionId, openTransferEvent: event, dialogId, headers }: SipDialogRecord): void {
        if (openTransactionId !== undefined) {
            // RFC 3261, section 14.2: the peer can offer again a little later
            const response = { status: 500, headers: { ...headers, "Retry-After": "1" } };
            this.#quietly(this.#parts.inherited.respondTo(openTransactionId, response));
        }
        if (event === undefined) return;
        const { status, reason } = sipEndingOf("serviceUnavailable");
        const notice = { event, outcome: { status, reason }, state: "terminated" } as const;
        this.#quietly(notifyTransfer({ ...this.#parts, dialogId, headers }, notice));
    }

    #over(): void {
        this.#stopPoll();
        this.#state = { phase: "over" };
        this.#parts.calls.remove(this);
    }

    #quietly(work: Promise<unknown>): void {
        work.catch((error: unknown) => this.#parts.log.debug("SIP message not sent", { error }));
    }
}
