import { partyText } from "../../numbering/partyText.ts";
import type { CallRecord, LiveCallRecord } from "../../records/CallRecord.ts";
import { type Answer, failed } from "../Answer.ts";
import { integer, optional, word } from "../Argument.ts";
import type { CallControl } from "../Administration.ts";
import { defineCommand } from "../Command.ts";
import { callLine, countText } from "../describe.ts";
import { ladderText } from "../SipLadders.ts";
import { ladderPicture, type TracedCall } from "../trace/ladderPicture.ts";

const MINUTE_MS = 60_000;
/** More calls do not fit into one picture. */
const MAX_CALLS = 10;

export const trace = defineCommand({
    name: "trace",
    level: "operator",
    effect: "inspect",
    summary:
        "Shows the SIP messages of a call, or of the calls with a number, user or trunk, as a ladder and as a picture.",
    details:
        "Without minutes, the newest call is shown; with minutes, the newest ten calls of that time. The bridge keeps the messages of recent calls in memory. Passwords and media keys are not kept.",
    arguments: {
        which: word("id of a call, or part of a number, user or trunk name", "+442071838750"),
        minutes: optional(integer("how far to look back", [1, 1_440], 10)),
    },
    examples: ["trace +442071838750", "trace carrier 10", "trace 9f8a2c0d1e2f3a4b5c6d7e8f"],
    run: ({ which, minutes }, { administration: { calls }, now }) => {
        const since = minutes === undefined ? undefined : now - minutes * MINUTE_MS;
        const traced = callsOf(calls, which, since).flatMap((call): (TracedCall & { callId: string })[] => {
            const lines = calls.messages(call.callId);
            return lines === undefined ? [] : [{ callId: call.callId, title: callLine(call, now), lines }];
        });
        const found = minutes === undefined ? traced.slice(0, 1) : traced.slice(0, MAX_CALLS);
        if (found.length === 0) {
            const when = minutes === undefined ? "" : ` in the last ${countText(minutes, "minute")}`;
            return failed(`No SIP messages are kept for ${which}${when}.`, "Make a call and send trace again.");
        }
        return answerOf(found);
    },
});

/** The calls that are meant, the newest first. */
function callsOf(
    calls: CallControl,
    which: string,
    since: number | undefined,
): readonly (LiveCallRecord | CallRecord)[] {
    const exact = calls.find(which);
    if (exact !== undefined) return [exact];
    const live = calls.live().filter((call) => concerns(call, which));
    const ended = calls.history({ party: which, failedOnly: false, limit: MAX_CALLS });
    const isRecent = (call: LiveCallRecord | CallRecord): boolean =>
        since === undefined || !("endedAt" in call) || call.endedAt >= since;
    return [...live.toReversed(), ...ended].filter(isRecent);
}

function concerns({ caller, callee, via }: LiveCallRecord, which: string): boolean {
    return [partyText(caller, "full"), partyText(callee, "full"), via.name].some((name) => name.includes(which));
}

function answerOf(found: readonly (TracedCall & { readonly callId: string })[]): Answer {
    return {
        blocks: found.flatMap(({ title, lines }) => [
            { kind: "text", text: title } as const,
            { kind: "code", text: ladderText(lines) } as const,
        ]),
        picture: { name: "trace.png", svg: ladderPicture(found) },
        data: found.map(({ callId, lines }) => ({ callId, messages: lines })),
    };
}
