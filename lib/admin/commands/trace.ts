import { failed } from "../Answer.ts";
import { word } from "../Argument.ts";
import { defineCommand } from "../Command.ts";

export const trace = defineCommand({
    name: "trace",
    level: "operator",
    effect: "inspect",
    summary: "Shows the SIP messages of the newest call with a number, user or trunk, or of one call, as a ladder.",
    details: "The bridge keeps the messages of recent calls in memory. Passwords and media keys are not kept.",
    arguments: { which: word("id of a call, or part of a number, user or trunk name", "+442071838750") },
    examples: ["trace +442071838750", "trace carrier", "trace 9f8a2c0d1e2f3a4b5c6d7e8f"],
    run: ({ which }, { administration: { calls } }) => {
        const [newest] = calls.history({ party: which, failedOnly: false, limit: 1 });
        const live = calls
            .live()
            .findLast(({ caller, callee, via }) => JSON.stringify([caller, callee, via]).includes(which));
        const callId = calls.find(which)?.callId ?? live?.callId ?? newest?.callId;
        const ladder = callId === undefined ? undefined : calls.ladder(callId);
        if (callId === undefined || ladder === undefined) {
            return failed(`No SIP messages are kept for ${which}.`, "Make a call and send trace again.");
        }
        return {
            blocks: [
                { kind: "text", text: `SIP messages of call ${callId}:` },
                { kind: "code", text: ladder },
            ],
            data: { callId, ladder },
        };
    },
});
