import { expect, it, describe } from "vitest";
import type { PhoneNumber } from "../../../../lib/numbering/PhoneNumber.ts";
import { CallRejections } from "../../../../lib/sip/uas/CallRejections.ts";
import { KeptTelemetry } from "../../../support/quiet.ts";
import { RecordedLog } from "../../../support/RecordedLog.ts";
import { ScriptedRequest } from "../../../support/sip/ScriptedStack.ts";

function world(numberDetail: "short" | "full" = "short") {
    const log = new RecordedLog();
    const telemetry = new KeptTelemetry();
    return { log, telemetry, rejections: new CallRejections({ log, telemetry, numberDetail }) };
}

const source = { protocol: "udp", address: "192.0.2.10", port: 5060 };
const number = (text: string) => ({ kind: "number", number: text as PhoneNumber }) as const;

describe("CallRejections", () => {
    it("logs the called number, the sender, the Call-ID, the status and what is missing", () => {
        const { log, telemetry, rejections } = world();
        rejections.note({
            request: new ScriptedRequest("INVITE", { headers: { "Call-ID": "1-13491@192.0.2.10" }, source }),
            sender: { peer: "pbx" },
            rule: "number_not_mapped",
            response: { status: 404 },
            caller: number("+442071838751"),
            callee: number("+442071838750"),
        });
        expect(log.lines).toEqual([
            {
                level: "info",
                message: "inbound call rejected: number not mapped",
                fields: {
                    peer: "pbx",
                    address: "192.0.2.10",
                    sipCallId: "1-13491@192.0.2.10",
                    status: 404,
                    called: "+4420…50",
                    caller: "+4420…51",
                    hint: "numbers.map needs an entry for the called number, or the trunk or peer a defaultUser",
                },
            },
        ]);
        expect(telemetry.counted).toEqual(["dropped from sip: number_not_mapped"]);
    });

    it("says what to do about an INVITE that calls no one, and shows the Warning of other rejections", () => {
        const { log, rejections } = world();
        const request = new ScriptedRequest("INVITE", { uri: "sip:192.0.2.5", source });
        const rejection = { request, sender: { trunk: "pbx" }, rule: "unacceptable_invite" } as const;
        rejections.note({ ...rejection, response: { status: 484, reason: "Address Incomplete" } });
        const warning = '304 localhost "no audio stream"';
        rejections.note({ ...rejection, response: { status: 488, headers: { Warning: warning } } });
        expect(log.lines.map(({ fields }) => fields)).toEqual([
            expect.objectContaining({
                called: "192.0.2.5",
                hint: expect.stringMatching(/set the called number/) as string,
            }),
            expect.objectContaining({ status: 488, warning }),
        ]);
    });

    it.each([
        ["short", "+4420…50"],
        ["full", "+442071838750"],
    ] as const)("shows the number of a request that cannot be read, %s", (detail, called) => {
        const { log, rejections } = world(detail);
        const uri = "sip:+442071838750@bridge.example";
        const request = new ScriptedRequest("INVITE", { uri, source });
        const response = { status: 484, reason: "Address Incomplete" };
        rejections.note({ request, sender: { trunk: "carrier" }, rule: "unacceptable_invite", response });
        expect(log.lines[0]?.fields).toMatchObject({
            trunk: "carrier",
            status: 484,
            reason: "Address Incomplete",
            called,
        });
    });

    it.each(["peer_full", "peer_too_fast"] as const)("warns of %s", (rule) => {
        const { log, rejections } = world();
        const request = new ScriptedRequest("INVITE", { source });
        rejections.note({ request, sender: { peer: "pbx" }, rule, response: { status: 503 } });
        expect(log.lines[0]?.level).toBe("warn");
    });
});
