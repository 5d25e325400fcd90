import { partyText } from "../numbering/partyText.ts";
import type { SentAudio } from "../ports/CallRecorder.ts";
import type { AudioVerdict } from "../records/callAudio.ts";
import { type CallRecord, type LiveCallRecord, ringMs, talkMs } from "../records/CallRecord.ts";

/** A number of things for people: `1 call`, `3 calls`. */
export function countText(count: number, thing: string): string {
    return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/** A span of time for people: `45 s`, `3 min 20 s`, `5 h 2 min`, `3 d 4 h`. */
export function spanText(ms: number): string {
    const seconds = Math.max(0, Math.round(ms / 1_000));
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3_600) return two(Math.floor(seconds / 60), "min", seconds % 60, "s");
    if (seconds < 86_400) return two(Math.floor(seconds / 3_600), "h", Math.floor((seconds % 3_600) / 60), "min");
    return two(Math.floor(seconds / 86_400), "d", Math.floor((seconds % 86_400) / 3_600), "h");
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
    return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** A point in time for people: `2026-11-29 16:47:05 UTC`. */
export function timeText(ms: number): string {
    return `${new Date(ms).toISOString().replace("T", " ").slice(0, 19)} UTC`;
}

/** One call in one line. Operators see complete numbers: they need them to find a call. */
export function callLine(call: LiveCallRecord | CallRecord, now: number): string {
    const parties = `${partyText(call.caller, "full")} → ${partyText(call.callee, "full")}`;
    // the call to the target of a transfer comes from no trunk
    const via = call.via.name === "" ? "" : ` (${call.via.name})`;
    return `${call.callId}: ${parties}${via}, ${stateText(call, now)}`;
}

const VERDICTS: Readonly<Record<AudioVerdict, string>> = {
    bothWays: "both ways",
    callerOnly: "one way: from the caller only",
    calleeOnly: "one way: from the callee only",
    none: "none",
    tooShort: "the call was too short to tell",
    unknown: "unknown",
};

/** The audio of an ended call as names and values: the verdict, and one line for each party that sent audio. */
export function audioFacts({ audio }: Pick<CallRecord, "audio">): [string, string][] {
    if (audio === undefined) return [];
    const { verdict, fromCaller, fromCallee } = audio;
    return [
        ["Audio", VERDICTS[verdict]],
        ...(fromCaller === undefined
            ? []
            : [["Audio from the caller", sentText(fromCaller)] satisfies [string, string]]),
        ...(fromCallee === undefined
            ? []
            : [["Audio from the callee", sentText(fromCallee)] satisfies [string, string]]),
    ];
}

function sentText({ codec = "unknown codec", packets, lossPercent, jitterMs, mos }: SentAudio): string {
    const quality =
        mos === undefined
            ? "quality unknown (no RTCP from both parties)"
            : `MOS ${mos}, loss ${lossPercent ?? "unknown"} %, jitter ${jitterMs ?? "unknown"} ms`;
    return `${codec}, ${packets} packets, ${quality}`;
}

function stateText(call: LiveCallRecord | CallRecord, now: number): string {
    if ("endedAt" in call) {
        const talked = talkMs(call) > 0 ? `talked ${spanText(talkMs(call))}` : `rang ${spanText(ringMs(call))}`;
        const fault = call.fault === "none" ? "" : ` (${call.fault})`;
        return `${timeText(call.startedAt)}, ${talked}, ${call.cause}${fault}`;
    }
    if (call.answeredAt !== undefined) return `connected for ${spanText(now - call.answeredAt)}`;
    return call.ringingAt === undefined
        ? `setting up for ${spanText(now - call.startedAt)}`
        : `ringing for ${spanText(now - call.ringingAt)}`;
}
