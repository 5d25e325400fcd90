import { partyText } from "../../numbering/partyText.ts";
import { type CallRecord, type LiveCallRecord, talkMs } from "../../records/CallRecord.ts";
import { hasFailed } from "../../records/CallHistory.ts";
import type { Administration } from "../Administration.ts";

const HOUR_MS = 3_600_000;
const HOURS = 24;
const SHOWN_CALLS = 50;

/** Calls that ended within one hour, by result. */
export interface HourOfCalls {
    /** Beginning of the hour, in ms since the Unix epoch. */
    readonly hour: number;
    readonly answered: number;
    readonly failed: number;
    readonly other: number;
}

/** What the page shows. `now` in ms since the Unix epoch. */
export function overviewOf(administration: Administration, now: number): object {
    const recent = administration.calls.history({ failedOnly: false, limit: 10_000 });
    return {
        version: administration.version,
        service: administration.service.state,
        parts: administration.parts(),
        trunks: administration.trunks.all(),
        live: administration.calls.live().map(callOf),
        recent: recent.slice(0, SHOWN_CALLS).map(callOf),
        hours: hoursOf(recent, now),
    };
}

/** The last 24 hours, the oldest first. Pure. */
function hoursOf(calls: readonly CallRecord[], now: number): readonly HourOfCalls[] {
    const current = Math.floor(now / HOUR_MS);
    return Array.from({ length: HOURS }, (_, index) => {
        const hour = current - HOURS + 1 + index;
        const inHour = calls.filter(({ endedAt }) => Math.floor(endedAt / HOUR_MS) === hour);
        const answered = inHour.filter((call) => call.answeredAt !== undefined && !hasFailed(call)).length;
        const failed = inHour.filter(hasFailed).length;
        return { hour: hour * HOUR_MS, answered, failed, other: inHour.length - answered - failed };
    });
}

function callOf(call: LiveCallRecord | CallRecord): object {
    const { callId, direction, caller, callee, via, startedAt, answeredAt } = call;
    const from = partyText(caller, "full");
    const to = partyText(callee, "full");
    const shown = { callId, direction, from, to, via: via.name, startedAt, answeredAt };
    if (!("endedAt" in call)) return shown;
    const { endedAt, cause, fault, audio } = call;
    return { ...shown, endedAt, cause, fault, audio: audio?.verdict, talkSeconds: talkMs(call) / 1_000 };
}
