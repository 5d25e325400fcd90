import { partyText } from "../../numbering/partyText.ts";
import type { CallRecord, LiveCallRecord } from "../../records/CallRecord.ts";
import { failed } from "../Answer.ts";
import { word } from "../Argument.ts";
import { defineCommand } from "../Command.ts";
import { ladderText } from "../SipLadders.ts";
import { audioFacts, callLine, timeText } from "../describe.ts";

export const call = defineCommand({
    name: "call",
    level: "operator",
    effect: "inspect",
    summary: "Shows one call with its times, its end, its audio quality and its SIP messages.",
    details: "The SIP messages of recent calls are kept in memory and shown as a ladder, without secrets.",
    arguments: { call: word("id of a call, as calls, history and the log show it, or its SIP Call-ID", "9f8a2c") },
    examples: ["call 9f8a2c0d1e2f3a4b5c6d7e8f"],
    run: ({ call: id }, { administration, now }) => {
        const found = administration.calls.find(id);
        if (found === undefined) return failed(`There is no call ${id}.`, "Send calls or history for ids.");
        const messages = administration.calls.messages(found.callId);
        const ladder = messages === undefined ? undefined : ladderText(messages);
        return {
            blocks: [
                { kind: "text", text: callLine(found, now) },
                { kind: "facts", facts: factsOf(found) },
                ...(ladder === undefined ? [] : [{ kind: "code", text: ladder } as const]),
            ],
            data: { ...found, ...(ladder !== undefined && { ladder, messages }) },
        };
    },
});

function factsOf(record: LiveCallRecord | CallRecord): [string, string][] {
    const facts: [string, string | undefined][] = [
        ["From", partyText(record.caller, "full")],
        ["To", partyText(record.callee, "full")],
        ["By", record.via.name === "" ? undefined : `${record.via.kind} ${record.via.name}`],
        ["SIP Call-ID", record.sipCallId],
        ["Room", record.roomId],
        ["Started", timeText(record.startedAt)],
        ["Rang", record.ringingAt === undefined ? undefined : timeText(record.ringingAt)],
        ["Answered", record.answeredAt === undefined ? undefined : timeText(record.answeredAt)],
        ...("endedAt" in record ? endOf(record) : []),
    ];
    return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

function endOf(record: CallRecord): [string, string | undefined][] {
    const { endedAt, cause, by, fault, faultReason, response, sipReason, matrixEnd } = record;
    return [
        ["Ended", timeText(endedAt)],
        ["Cause", `${cause}, ended by ${by}`],
        ["At fault", faultReason === undefined ? fault : `${fault}: ${faultReason}`],
        ["Final response", response === undefined ? undefined : `${response.status} ${response.reason}`],
        ["SIP reason", sipReason?.text ?? response?.detail],
        ["Matrix reason", matrixEnd && `${matrixEnd.event} ${matrixEnd.direction}: ${matrixEnd.reason ?? "no reason"}`],
        ...audioFacts(record),
    ];
}
