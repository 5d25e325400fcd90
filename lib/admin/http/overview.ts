import { partyText } from "../../numbering/partyText.ts";
import { type CallRecord, type LiveCallRecord, talkMs } from "../../records/CallRecord.ts";
import { hasFailed } from "../../records/hasFailed.ts";
import type { Administration } from "../Administration.ts";

const SHOWN_CALLS = 25;

/** What the page shows. */
export function overviewOf(administration: Administration): object {
    const recent = administration.calls.history({ failedOnly: false, limit: SHOWN_CALLS });
    return {
        version: administration.version,
        service: administration.service.state,
        parts: administration.parts(),
        trunks: administration.trunks.all(),
        live: administration.calls.live().map(callOf),
        recent: recent.map(callOf),
        hours: administration.calls.perHour(),
    };
}

function callOf(call: LiveCallRecord | CallRecord): object {
    const { callId, direction, caller, callee, via, startedAt, answeredAt } = call;
    const from = partyText(caller, "full");
    const to = partyText(callee, "full");
    const shown = { callId, direction, from, to, via: via.name, startedAt, answeredAt };
    if (!("endedAt" in call)) return shown;
    const { endedAt, cause, fault, audio } = call;
    return {
        ...shown,
        endedAt,
        cause,
        fault,
        failed: hasFailed(call),
        audio: audio?.verdict,
        talkSeconds: talkMs(call) / 1_000,
    };
}
