import type { CallId } from "../../call/vocabulary.ts";
import type { CallRecorder } from "../../ports/CallRecorder.ts";
import { CALL_EVENT_TYPES, type CallMessage, type OutgoingCallEvent } from "./callEventContent.ts";

/** Notes an event of a client for the record of the call, if it ends the call. */
export function noteReceivedEnd(recorder: Pick<CallRecorder, "note">, callId: CallId, message: CallMessage): void {
    if (message.kind !== "hangup" && message.kind !== "reject") return;
    const { kind, reason } = message;
    const end = { event: `m.call.${kind}`, direction: "received", ...(reason !== undefined && { reason }) } as const;
    recorder.note(callId, { kind: "matrixEnd", end });
}

/** Notes an event of the bridge for the record of the call, if it ends the call. */
export function noteSentEnd(
    recorder: Pick<CallRecorder, "note">,
    callId: CallId,
    { type, content }: OutgoingCallEvent,
): void {
    if (type !== CALL_EVENT_TYPES.hangup && type !== CALL_EVENT_TYPES.reject) return;
    const reason = "reason" in content && typeof content["reason"] === "string" ? { reason: content["reason"] } : {};
    recorder.note(callId, { kind: "matrixEnd", end: { event: type, direction: "sent", ...reason } });
}
