import { partyText } from "../numbering/partyText.ts";
import type { SentAudio } from "../ports/CallRecorder.ts";
import { type CallRecord, ringMs, talkMs } from "../records/CallRecord.ts";

/** A call record as the JSON report that a collector stores together with the SIP messages of the call. Pure. */
export function qualityReport(call: CallRecord): string {
    const { callId, sipCallId, direction, via, cause, fault, response, sipReason, matrixEnd, audio } = call;
    return JSON.stringify({
        type: "CALL_REPORT",
        CORRELATION_ID: sipCallId,
        CALL_ID: callId,
        DIRECTION: direction,
        FROM: partyText(call.caller, "full"),
        TO: partyText(call.callee, "full"),
        TRUNK: via.name,
        RING_SECONDS: ringMs(call) / 1_000,
        TALK_SECONDS: talkMs(call) / 1_000,
        CAUSE: cause,
        FAULT: fault,
        SIP_STATUS: response?.status,
        Q850: sipReason?.q850,
        MATRIX_REASON: matrixEnd?.reason,
        AUDIO: audio?.verdict,
        CALLER: streamOf(audio?.fromCaller),
        CALLEE: streamOf(audio?.fromCallee),
    });
}

/** In the words that Homer's reports use. What is unknown is absent. */
function streamOf(sent: SentAudio | undefined): object | undefined {
    if (sent === undefined) return undefined;
    const { codec, packets, lossPercent, jitterMs, mos } = sent;
    return { CODEC_NAME: codec, TOTAL_PACKETS: packets, PACKET_LOSS: lossPercent, JITTER: jitterMs, MOS: mos };
}
