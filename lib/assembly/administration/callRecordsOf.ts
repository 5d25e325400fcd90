import { join } from "node:path";
import type { Config } from "../../config/Config.generated.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import { CallHistory } from "../../records/CallHistory.ts";
import type { CallRecordSink } from "../../records/CallRecord.ts";
import { callRecordLine, parseCallRecordLine } from "../../records/callRecordLine.ts";
import { RotatedFile } from "../../store/RotatedFile.ts";
import type { OnStarted } from "../Stoppable.ts";

const DAY_MS = 86_400_000;
const MAX_CALLS = 20_000;
const MEGABYTE = 1_000_000;

/** Where ended calls are kept: the history in memory begins with what the file holds. */
export interface KeptCalls {
    readonly history: CallHistory;
    /** What records ended calls; nothing if `records.keepDays` is 0. */
    readonly sinks: readonly CallRecordSink[];
}

export async function callRecordsOf(
    { records, store }: Config,
    clock: Clock,
    log: Log,
    onStarted: OnStarted,
): Promise<KeptCalls> {
    const history = new CallHistory({
        maxCalls: MAX_CALLS,
        maxAgeMs: records.keepDays * DAY_MS,
        now: () => clock.now(),
    });
    if (records.keepDays === 0) return { history, sinks: [] };
    const file = new RotatedFile({
        path: join(store.path, "calls.jsonl"),
        maxBytes: records.maxMegabytes * MEGABYTE,
        keepFiles: records.keepFiles,
        clock,
        log,
    });
    onStarted({ name: "call records", stop: () => file.close() });
    const lines = (await file.readLines()).slice(-MAX_CALLS);
    history.load(lines.flatMap((line) => parseCallRecordLine(line) ?? []));
    const written: CallRecordSink = { ended: (call) => file.append(callRecordLine(call, records.numbers)) };
    return { history, sinks: [history, written] };
}
