import { describe, expect, it } from "vitest";
import { composeMessageSummary, parseMessageSummary } from "../../../../lib/sip/message/format/messageSummary.ts";

describe("parseMessageSummary", () => {
    it.each([
        [
            "of Asterisk",
            "Messages-Waiting: yes\r\nMessage-Account: sip:asterisk@192.0.2.1\r\nVoice-Message: 2/8 (0/0)\r\n",
            { waiting: "yes", account: "sip:asterisk@192.0.2.1", voice: { new: 2, old: 8 } },
        ],
        ["without counts", "Messages-Waiting: no\r\n", { waiting: "no" }],
        [
            "in other capitals and blanks",
            "messages-waiting : YES\nvoice-message: 1/0",
            { waiting: "yes", voice: { new: 1, old: 0 } },
        ],
    ])("reads a summary %s", (_, body, expected) => {
        expect(parseMessageSummary(body)).toEqual(expected);
    });

    it.each(["", "Voice-Message: 2/8", "Messages-Waiting: maybe"])("rejects %j", (body) => {
        expect(parseMessageSummary(body)).toBeUndefined();
    });

    it("reads what composeMessageSummary writes", () => {
        const summary = { waiting: "yes", account: "sip:a@b", voice: { new: 3, old: 1 } } as const;
        expect(parseMessageSummary(composeMessageSummary(summary))).toEqual(summary);
    });
});
