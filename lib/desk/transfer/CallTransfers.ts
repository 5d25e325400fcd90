import type { CallPolicy } from "../../call/CallPolicy.ts";
import { type CallId, type EndCause, type LegId, ORIGIN } from "../../call/vocabulary.ts";
import type { CallParty } from "../../numbering/partyText.ts";
import type { CallIntake } from "../../ports/CallIntake.ts";
import type { CallLeg, ReferTarget, TransferRequest } from "../../ports/CallLeg.ts";
import type { Log } from "../../ports/Log.ts";
import { SYNTHETIC_OFFER } from "../../sdp/syntheticOffer.ts";
import type { CallActor } from "../CallActor.ts";
import type { TransferDesk } from "../CallParts.ts";
import { ConsultLeg } from "./ConsultLeg.ts";
import { joinCalls } from "./joinCalls.ts";
import type { TransferRoutes } from "./TransferRoutes.ts";

/** What transfers need beyond the desk. */
export interface TransferParts {
    /** Takes the calls to the targets of transfers, with all limits that apply to calls. */
    readonly intake: CallIntake;
    readonly routes: Pick<TransferRoutes, "route">;
    readonly newCallId: () => CallId;
}

export interface CallTransfersParts extends TransferParts {
    readonly policy: CallPolicy;
    readonly log: Log;
    readonly parties: { readonly caller: CallParty; readonly callee: CallParty };
    /** The call that is transferred. */
    readonly actor: () => CallActor;
    /** The call that a leg belongs to. */
    readonly actorOf: (leg: CallLeg) => CallActor | undefined;
}

/** The transfers of one call, one after the other. */
export class CallTransfers implements TransferDesk {
    readonly #parts: CallTransfersParts;
    #consult: ConsultLeg | undefined;
    /** What the bridge does if the party that was asked to carry out the transfer does not. Returns why that is not possible. */
    #instead: (() => EndCause | undefined) | undefined;

    constructor(parts: CallTransfersParts) {
        this.#parts = parts;
    }

    place(by: LegId, request: TransferRequest): void {
        const cause = this.#begin(by, request);
        this.#parts.log.info(cause === undefined ? "transfer placed" : "transfer rejected", {
            by: request.by.kind === "user" ? request.by.user : request.by.name,
            to: request.to.kind,
            ...(cause !== undefined && { cause }),
        });
        if (cause !== undefined) this.#parts.actor().tell({ kind: "transferFailed", cause });
    }

    placeInstead(cause: EndCause): void {
        const place = this.#instead;
        this.#instead = undefined;
        const { state } = this.#parts.actor();
        // the transfer has ended otherwise
        if (!("transfer" in state) || state.transfer?.stage !== "requested") return;
        const failure = place === undefined ? cause : place();
        this.#parts.log.info("transfer rejected by the party: placed by the bridge", { cause: failure ?? cause });
        if (failure !== undefined) this.#parts.actor().tell({ kind: "transferFailed", cause: failure });
    }

    cancel(): void {
        this.#instead = undefined;
        this.#consult?.cancel();
        this.#consult = undefined;
    }

    /** Returns why the transfer is not possible, if it is not. */
    #begin(by: LegId, { by: transferor, to, referredBy, profileName }: TransferRequest): EndCause | undefined {
        const { actor, actorOf, routes, parties } = this.#parts;
        if (to.kind === "call") {
            const other = actorOf(to.leg);
            const leg = other?.idOf(to.leg);
            if (other === undefined || leg === undefined || other === actor()) return "notFound";
            const partner = other.partnerOf(leg);
            const join = (): EndCause | undefined => this.#join(by, to.leg);
            if (partner !== undefined && this.#refer(by, { kind: "call", leg: partner }, join)) return undefined;
            return join();
        }
        const { caller, callee } = parties;
        const [leaves, stays] = by === ORIGIN ? [caller, callee] : [callee, caller];
        const route = routes.route({ by: transferor, to, leaves, stays, referredBy, profileName });
        if (route.kind === "refused") return route.cause;
        const [target] = route.targets;
        const call = (): EndCause | undefined => this.#call(by, route.targets);
        if (target.network === "sip" && this.#refer(by, { kind: "dialled", target }, call)) return undefined;
        return call();
    }

    /** Returns whether the party that stays is asked to carry out the transfer. */
    #refer(by: LegId, target: ReferTarget, instead: () => EndCause | undefined): boolean {
        if (this.#parts.actor().refer(by, target) === "not asked") return false;
        this.#instead = instead;
        return true;
    }

    #join(by: LegId, otherLeg: CallLeg): EndCause | undefined {
        const { actor, actorOf } = this.#parts;
        const other = actorOf(otherLeg);
        const leg = other?.idOf(otherLeg);
        if (other === undefined || leg === undefined) return "notFound";
        actor().tell({ kind: "transferPlaced" });
        joinCalls({ actor: actor(), leg: by }, { actor: other, leg });
        return undefined;
    }

    #call(
        by: LegId,
        targets: Extract<ReturnType<TransferRoutes["route"]>, { kind: "targets" }>["targets"],
    ): EndCause | undefined {
        const { actor, actorOf, intake, newCallId, policy, log } = this.#parts;
        const consult: ConsultLeg = new ConsultLeg({
            onRinging: () => actor().tell({ kind: "transferRinging" }),
            onAnswered: () => {
                this.#consult = undefined;
                const other = actorOf(consult);
                if (other !== undefined) joinCalls({ actor: actor(), leg: by }, { actor: other, leg: ORIGIN });
            },
            onFailed: (cause) => {
                this.#consult = undefined;
                actor().tell({ kind: "transferFailed", cause });
            },
        });
        const callId = newCallId();
        const opened = intake.open({
            callId,
            origin: consult,
            originMedia: "rtp",
            offer: SYNTHETIC_OFFER,
            ring: [{ targets, forMs: policy.ringMs }],
            policy,
        });
        if ("refused" in opened) return opened.refused;
        log.debug("target of the transfer called", { targetCallId: callId });
        this.#consult = consult;
        consult.connect(opened.report);
        actor().tell({ kind: "transferPlaced" });
        return undefined;
    }
}
