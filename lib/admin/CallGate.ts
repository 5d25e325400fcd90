import type { FaultParty } from "../call/faultOf.ts";
import type { CallId, EndCause } from "../call/vocabulary.ts";
import type { CallParty } from "../numbering/partyText.ts";
import type { CallIntake, CallRequest } from "../ports/CallIntake.ts";
import { type CallParties, partiesOf } from "../ports/CallParties.ts";
import type { CallRecorder, RejectionReason } from "../ports/CallRecorder.ts";
import type { Log } from "../ports/Log.ts";
import type { CallRecord, CallRecordSink, LiveCallRecord } from "../records/CallRecord.ts";
import type { FraudLimits, LimitedCall } from "./limits/FraudLimits.ts";

export interface CallGateParts {
    readonly intake: CallIntake;
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

interface OpenCall {
    readonly request: CallRequest;
    readonly report: Extract<ReturnType<CallIntake["open"]>, { readonly report: unknown }>["report"];
}

/**
 * Stands before the desk: rejects calls while the bridge drains, calls of blocked parties and calls beyond a limit, and ends
 * calls for operators.
 */
export class CallGate implements CallIntake, CallRecordSink {
    readonly #parts: CallGateParts;
    readonly #open = new Map<CallId, OpenCall>();
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
        if ("report" in opened) this.#open.set(request.callId, { request, report: opened.report });
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

    #end(callId: string, cause: EndCause, fault: FaultParty, reason: string): boolean {
        const call = this.#open.get(callId as CallId);
        if (call === undefined) return false;
        this.#parts.log.info("call ended by the bridge", { callId, reason });
        this.#parts.recorder.note(callId as CallId, { kind: "fault", party: fault, reason });
        // for the desk it is as if the caller had hung up; the caller receives the notice here
        call.report({ kind: "ended", cause });
        call.request.origin.end(cause).catch((error: unknown) => {
            this.#parts.log.warn("caller not told of the end", { callId, error });
        });
        return true;
    }

    answered({ callId }: LiveCallRecord): void {
        this.#parts.limits.answered(callId);
    }

    ended({ callId }: CallRecord): void {
        this.#open.delete(callId as CallId);
        this.#parts.limits.ended(callId);
    }

    #rejectionOf(
        callId: CallId,
        { direction, caller, callee, targetNetwork, firstHop }: CallParties,
    ): Rejection | undefined {
        if (this.#service === "draining") return { cause: "serviceUnavailable", reason: "shutting_down" };
        if (this.#rules.blocked.has(textOf(caller))) return { cause: "blocked", reason: "blocked" };
        if (direction === "inbound" && this.#rules.doNotDisturb.has(textOf(callee))) {
            return { cause: "busy", reason: "do_not_disturb" };
        }
        const sender = this.#parts.senderOf(callId);
        if (sender !== undefined && this.#rules.trunksOff.has(sender)) {
            return { cause: "serviceUnavailable", reason: "trunk_off" };
        }
        if (targetNetwork !== "trunk") return undefined;
        const trunk = firstHop?.name ?? "";
        const verdict = this.#parts.limits.admit({
            callId,
            user: textOf(caller),
            trunk,
            ...this.#parts.classify(callee),
        });
        return verdict.kind === "admitted" ? undefined : { cause: "limitReached", reason: "limit_reached" };
    }
}

/** A party as commands name it. */
function textOf(party: CallParty): string {
    switch (party.kind) {
        case "user":
            return party.user;
        case "phone":
            return party.account;
        case "number":
            return party.number;
        case "address":
            return party.address;
        case "anonymous":
            return "anonymous";
    }
}
