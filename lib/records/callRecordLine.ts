import { z } from "zod";
import { END_CAUSES } from "../call/vocabulary.ts";
import { FAULT_PARTIES } from "../call/FaultParty.ts";
import { type CallParty, type NumberDetail, numberText, partyText } from "../numbering/partyText.ts";
import { type CallRecord, ringMs, talkMs } from "./CallRecord.ts";

const party = z.looseObject({ kind: z.enum(["number", "address", "anonymous", "user", "phone"]) });
const record = z.looseObject({
    callId: z.string(),
    direction: z.enum(["inbound", "outbound"]),
    caller: party,
    callee: party,
    via: z.object({ kind: z.enum(["trunk", "phone"]), name: z.string() }),
    startedAt: z.number(),
    endedAt: z.number(),
    cause: z.enum(END_CAUSES as [string, ...string[]]),
    fault: z.enum(FAULT_PARTIES as [string, ...string[]]),
});

/** A call record as one line of JSON, with the spans that readers would compute otherwise. */
export function callRecordLine(call: CallRecord, numbers: NumberDetail): string {
    return JSON.stringify({
        ...call,
        caller: shortened(call.caller, numbers),
        callee: shortened(call.callee, numbers),
        started: new Date(call.startedAt).toISOString(),
        ringSeconds: ringMs(call) / 1_000,
        talkSeconds: talkMs(call) / 1_000,
    });
}

/** The record of a line that an earlier run wrote; undefined for any other text. */
export function parseCallRecordLine(line: string): CallRecord | undefined {
    try {
        const parsed = record.safeParse(JSON.parse(line));
        return parsed.success ? (parsed.data as unknown as CallRecord) : undefined;
    } catch {
        return undefined;
    }
}

function shortened(of: CallParty, numbers: NumberDetail): unknown {
    if (numbers === "full") return of;
    if (of.kind === "number") return { ...of, number: numberText(of.number, numbers) };
    return of.kind === "address" ? { ...of, address: partyText(of, numbers) } : of;
}
