import type { TransferProgress } from "../../call/CallEffect.ts";
import type { CallLeg, LegReport, TransferTarget } from "../../ports/CallLeg.ts";
import type { SipCalls } from "../SipCalls.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import { Referral, type ReferralParts } from "./Referral.ts";
import { readRefer, type Refer } from "./readRefer.ts";
import { haveSameOwner, type TransferRights } from "./TransferRights.ts";

export interface ReferralsParts extends ReferralParts {
    readonly calls: SipCalls;
    /** Left out for a peer whose REFERs are rejected. */
    readonly rights?: TransferRights | undefined;
    /** The leg of this dialog. */
    readonly leg?: CallLeg;
    readonly report: LegReport;
}

/** What a REFER asks for, or how it ends immediately. */
type ReferTarget =
    | { readonly kind: "transfer"; readonly to: TransferTarget }
    /** As the response to the REFER. */
    | { readonly kind: "rejected"; readonly status: number; readonly reason: string }
    /** As the result of a transfer that was accepted. */
    | { readonly kind: "failed"; readonly status: number; readonly reason: string };

const FORBIDDEN = { kind: "rejected", status: 403, reason: "Forbidden" } as const;
const NO_SUCH_DIALOG = { kind: "failed", status: 481, reason: "Call/Transaction Does Not Exist" } as const;
const NOT_FOUND = { kind: "failed", status: 404, reason: "Not Found" } as const;

/** The REFERs of the peer for one dialog, one at a time. */
export class Referrals {
    readonly #parts: ReferralsParts;
    #open: Referral | undefined;
    #count = 0;

    constructor(parts: ReferralsParts) {
        this.#parts = parts;
    }

    /** Answers a REFER, or reports the transfer that it asks for. Never throws. */
    take(request: IncomingRequest): void {
        const { rights, report } = this.#parts;
        if (rights?.isFrom(request.source) !== true) return this.#reject(request, FORBIDDEN);
        if (this.#open?.isOver === false) return this.#reject(request, { status: 491 });
        const refer = readRefer(request);
        if (refer.kind === "refused") return this.#reject(request, refer.response);
        const target = this.#targetOf(refer, rights);
        if (target.kind === "rejected") return this.#reject(request, target);
        const { subscription } = refer;
        const referral = new Referral(request, { subscription, order: this.#orderOf(request) }, this.#parts);
        this.#open = referral;
        if (target.kind === "failed") return void referral.conclude(target);
        const referredBy = refer.referredBy === undefined ? {} : { referredBy: refer.referredBy };
        report({ kind: "transferRequested", request: { by: rights.by, to: target.to, ...referredBy } });
    }

    /** Only those within the dialog share it. */
    #orderOf({ dialogId }: IncomingRequest): "first" | "later" {
        if (dialogId === undefined) return "first";
        this.#count += 1;
        return this.#count === 1 ? "first" : "later";
    }

    /** As `Referral.openEvent`, of the REFER that is not over. */
    get openEvent(): string | undefined {
        return this.#open?.openEvent;
    }

    async reportTransfer(progress: TransferProgress): Promise<void> {
        await this.#open?.report(progress);
    }

    /** The dialog is over. */
    close(): void {
        this.#open?.close();
    }

    #targetOf({ uri, replaces }: Refer, rights: TransferRights): ReferTarget {
        if (replaces === undefined) {
            const callees = rights.calleesOf(uri);
            return callees.length === 0 ? NOT_FOUND : { kind: "transfer", to: { kind: "dialled", callees } };
        }
        const { calls, leg } = this.#parts;
        const named = calls.legNamed(replaces);
        if (named === undefined || named.leg === leg) return NO_SUCH_DIALOG;
        if (!haveSameOwner(rights, named.rights)) return FORBIDDEN;
        return { kind: "transfer", to: { kind: "call", leg: named.leg } };
    }

    #reject(request: IncomingRequest, { status, reason, headers }: Omit<OutgoingResponse, "body">): void {
        const { log, headers: common } = this.#parts;
        log.info("REFER rejected", { status });
        const response = { status, ...(reason !== undefined && { reason }), headers: { ...common, ...headers } };
        request.respond(response).catch((error: unknown) => log.debug("response to REFER not sent", { error }));
    }
}
