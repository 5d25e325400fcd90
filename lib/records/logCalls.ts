import { type NumberDetail, partyText } from "../numbering/partyText.ts";
import type { RejectedCall } from "../ports/CallRecorder.ts";
import type { Log, LogFields } from "../ports/Log.ts";
import { type CallRecord, type CallRecordSink, type LiveCallRecord, ringMs, talkMs } from "./CallRecord.ts";

/** Writes one line when a call starts and one when it is over, with everything an operator looks for first. */
export function logCalls(log: Log, numbers: NumberDetail): CallRecordSink {
    const started = (call: LiveCallRecord): void => log.info("call started", partiesIn(call, numbers));
    const ended = (call: CallRecord): void => {
        const fields = { ...partiesIn(call, numbers), ...endingOf(call) };
        // a failure that the operator can do something about
        if (call.fault === "bridge" && call.cause === "internalError") log.error("call failed", fields);
        else log.info("call ended", fields);
    };
    const rejected = ({ callId, parties: { direction, caller, callee }, reason }: RejectedCall): void =>
        log.info(REJECTED[direction], {
            callId,
            from: partyText(caller, numbers),
            to: partyText(callee, numbers),
            reason,
        });
    return { started, ended, rejected };
}

const REJECTED = { inbound: "inbound call rejected", outbound: "outbound call rejected" } as const;

function partiesIn(call: LiveCallRecord, numbers: NumberDetail): LogFields {
    return {
        callId: call.callId,
        direction: call.direction,
        from: partyText(call.caller, numbers),
        to: partyText(call.callee, numbers),
        // a call that a transfer has made came by no INVITE
        ...(call.via.name !== "" && { [call.via.kind === "phone" ? "account" : "trunk"]: call.via.name }),
        sipCallId: call.sipCallId,
        roomId: call.roomId,
    };
}

function endingOf(call: CallRecord): LogFields {
    return {
        cause: call.cause,
        by: call.by,
        fault: call.fault,
        faultReason: call.faultReason,
        status: call.response?.status,
        reason: call.response?.reason,
        detail: call.response?.detail,
        q850: call.sipReason?.q850,
        matrixReason: call.matrixEnd?.reason,
        audio: call.audio?.verdict,
        callerMos: call.audio?.fromCaller?.mos,
        calleeMos: call.audio?.fromCallee?.mos,
        ringSeconds: seconds(ringMs(call)),
        talkSeconds: seconds(talkMs(call)),
    };
}

function seconds(ms: number): number {
    return Math.round(ms / 100) / 10;
}
