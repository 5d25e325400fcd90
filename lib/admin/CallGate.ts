import type { FaultParty } from "../call/FaultParty.ts";
import type { CallId, EndCause } from "../call/vocabulary.ts";
import { type CallParty, partyText } from "../numbering/partyText.ts";
import type { CallIntake, CallRequest } from "../ports/CallIntake.ts";
import { type CallParties, partiesOf } from "../ports/CallParties.ts";
import type { CallRecorder, RejectionReason } from "../ports/CallRecorder.ts";
import type { Log } from "../ports/Log.ts";
import type { CallRecord, CallRecordSink, LiveCallRecord } from "../records/CallRecord.ts";
import type { FraudLimits, LimitedCall } from "./limits/FraudLimits.ts";

export interface CallGateParts {
    readonly intake: CallIntake;
    /** Ends a call for both parties. */
    readonly endCall: (callId: CallId, cause: EndCause) => void;
    readonly recorder: Pick<CallRecorder, "rejected" | "note">;
    /** The trunk, peer or account that an inbound call comes from, if it is noted. */
    readonly senderOf: (callId: CallId) => string | undefined;
    readonly limits: FraudLimits;
    /** What an outbound call costs most by. */
    readonly classify: (callee: CallParty) => Pick<LimitedCall, "destination" | "rate">;
    readonly log: Log;
}

/** Parties whose calls are rejected, by their text in `CallParty`. */
export interface GateRules {
    /** Canonical numbers, SIP addresses and Matrix users whose calls are rejected. */
    readonly blocked: ReadonlySet<string>;
    /** Matrix users whom inbound calls do not ring. */
    readonly doNotDisturb: ReadonlySet<string>;
    /** Trunks from which no calls are accepted. */
    readonly trunksOff: ReadonlySet<string>;
}

interface Rejection {
    readonly cause: EndCause;
    readonly reason: RejectionReason;
}

/** A call of the previous run of the bridge. */
export interface AdoptedCall {
    readonly callId: CallId;
    readonly parties: CallParties;
}

/**
 * Stands before the desk: rejects calls while the bridge drains, calls of blocked parties and calls beyond a limit, and ends
 * calls for operators.
 */
export class CallGate implements CallIntake, CallRecordSink {
    readonly #parts: CallGateParts;
    readonly #open = new Set<CallId>();
    #rules: GateRules = { blocked: new Set(), doNotDisturb: new Set(), trunksOff: new Set() };
    #service: "accepting" | "draining" = "accepting";

    constructor(parts: CallGateParts) {
        this.#parts = parts;
    }

    get service(): "accepting" | "draining" {
        return this.#service;
    }

    setService(service: "accepting" | "draining"): void {
        this.#service = service;
        this.#parts.log.info("service changed", { service, calls: this.#open.size });
    }

    setRules(rules: GateRules): void {
        this.#rules = rules;
    }

    open(request: CallRequest): ReturnType<CallIntake["open"]> {
        const parties = partiesOf(request);
        const rejection = this.#rejectionOf(request.callId, parties);
        if (rejection !== undefined) {
            this.#parts.recorder.rejected({ callId: request.callId, parties, reason: rejection.reason });
            return { refused: rejection.cause };
        }
        const opened = this.#parts.intake.open(request);
        if ("report" in opened) this.#open.add(request.callId);
        else this.#parts.limits.ended(request.callId);
        return opened;
    }

    /** Ends a call for both parties; false if there is none with this id. */
    hangUp(callId: string): boolean {
        return this.#end(callId, "hungUp", "none", "ended by a command");
    }

    /** Ends a call that has used up a limit. Harmless for a call that has ended. */
    endByLimit(callId: string): void {
        this.#end(callId, "limitReached", "caller", "ended by a fraud limit");
    }

    #end(id: string, cause: EndCause, fault: FaultParty, reason: string): boolean {
        const callId = id as CallId;
        if (!this.#open.has(callId)) return false;
        this.#parts.log.info("call ended by the bridge", { callId, reason });
        this.#parts.recorder.note(callId, { kind: "fault", party: fault, reason });
        this.#parts.endCall(callId, cause);
        return true;
    }

    /** A call goes on after a restart: it counts for the limits, and can be ended. */
    adopt({ callId, parties }: AdoptedCall): void {
        this.#open.add(callId);
        if (parties.targetNetwork === "trunk") this.#parts.limits.adopt(this.#limitedCall(callId, parties));
    }

    #limitedCall(callId: CallId, { caller, callee, firstHop }: CallParties): LimitedCall {
        const trunk = firstHop?.name ?? "";
        return { callId, user: partyText(caller, "full"), trunk, ...this.#parts.classify(callee) };
    }

    answered({ callId }: LiveCallRecord): void {
        this.#parts.limits.answered(callId);
    }

    ended({ callId }: CallRecord): void {
        this.#open.delete(callId as CallId);
        this.#parts.limits.ended(callId);
    }

    #rejectionOf(callId: CallId, parties: CallParties): Rejection | undefined {
        const { direction, caller, callee, targetNetwork } = parties;
        if (this.#service === "draining") return { cause: "serviceUnavailable", reason: "shutting_down" };
        if (this.#rules.blocked.has(partyText(caller, "full"))) return { cause: "blocked", reason: "blocked" };
        if (direction === "inbound" && this.#rules.doNotDisturb.has(partyText(callee, "full"))) {
            return { cause: "busy", reason: "do_not_disturb" };
        }
        const sender = this.#parts.senderOf(callId);
        if (sender !== undefined && this.#rules.trunksOff.has(sender)) {
            return { cause: "serviceUnavailable", reason: "trunk_off" };
        }
        if (targetNetwork !== "trunk") return undefined;
        const verdict = this.#parts.limits.admit(this.#limitedCall(callId, parties));
        return verdict.kind === "admitted" ? undefined : { cause: "limitReached", reason: "limit_reached" };
    }
}
