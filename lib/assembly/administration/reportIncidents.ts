import { FloodWatch } from "../../admin/supervision/FloodWatch.ts";
import type { Incidents } from "../../admin/supervision/Incidents.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Telemetry } from "../../ports/Telemetry.ts";
import type { CallRecordSink } from "../../records/CallRecord.ts";

const HOUR_MS = 3_600_000;
/** Why requests are dropped that scanners and floods consist of. */
const SUSPICIOUS = /^(?:unknown_peer|(?:phone|trunk)_(?:wrong_credentials|delayed))$/;

/** Reports each internal error that ended a call, at most one an hour: all of them are in the log. */
export function reportInternalErrors(incidents: Incidents): CallRecordSink {
    return {
        ended: ({ callId, cause, fault }) => {
            if (cause !== "internalError" || fault !== "bridge") return;
            const message = `An error in the bridge ended call ${callId}. Send call ${callId}, and report its log lines.`;
            incidents.once("internal error", message, HOUR_MS);
        },
    };
}

export function floodWatchOf(clock: Clock, incidents: Incidents): FloodWatch {
    return new FloodWatch({
        clock,
        onBegin: (perMinute) =>
            incidents.begin(
                "flood",
                `Scan or flood: ${perMinute} SIP requests within a minute were rejected or dropped. The log has addresses to block in the firewall.`,
            ),
        onEnd: () => incidents.end("flood", "The scan or flood is over"),
    });
}

/** The same telemetry, from which floods are recognised. */
export function watchFloods(telemetry: Telemetry, floods: FloodWatch): Telemetry {
    return {
        ...telemetry,
        dropped: (from, reason) => {
            if (from === "sip" && SUSPICIOUS.test(reason)) floods.dropped();
            telemetry.dropped(from, reason);
        },
    };
}
