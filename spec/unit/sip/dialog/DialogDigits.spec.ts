import { describe, expect, test } from "vitest";
import type { Sdp } from "../../../../lib/call/vocabulary.ts";
import type { LegEvent } from "../../../../lib/ports/CallLeg.ts";
import { DialogDigits } from "../../../../lib/sip/dialog/DialogDigits.ts";
import type { DtmfSetting } from "../../../../lib/sip/SipTrunk.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { phone } from "../../../support/descriptions.ts";
import { ScriptedRequest, ScriptedStack, settled } from "../../../support/sip/ScriptedStack.ts";

const withEvents = phone();
const withoutEvents = phone({ payloads: "0", formats: ["a=rtpmap:0 PCMU/8000"] });

function someDigits(dtmf?: DtmfSetting, allow = "INVITE, INFO") {
    const events: LegEvent[] = [];
    const stack = new ScriptedStack();
    const parts = { stack, log: new KeptLog(), userAgent: "spec/1", dialogId: "d1", digest: undefined, headers: {} };
    const digits = new DialogDigits({ ...parts, dtmf, allow, report: (event) => events.push(event) });
    return { digits, stack, events };
}

function info(type: string, body: string): ScriptedRequest {
    return new ScriptedRequest("INFO", { headers: { "Content-Type": type }, body });
}

describe("an INFO of the peer", () => {
    test.each([
        ["application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "5"],
        ["application/dtmf-relay", "Signal= *\nDuration= 250", "*"],
        ["application/dtmf-relay; charset=utf-8", "signal=11\r\n", "#"],
        ["Application/DTMF-Relay", "Signal=10", "*"],
        ["application/dtmf", "5", "5"],
        ["application/dtmf", "d\r\n", "D"],
        ["application/dtmf", "1122**##00", "1122**##00"],
        ["application/dtmf", "Signal=7\r\nDuration=100", "7"],
    ])("of type %s with %j reports its digit", (type, body, pressed) => {
        const { digits, events } = someDigits();
        expect(digits.receive(info(type, body))?.status).toBe(200);
        expect(events).toEqual([{ kind: "digits", digits: pressed }]);
    });

    test.each(["", "Signal=\r\nDuration=160", "Signal=16", "x", "5 6", "1".repeat(33)])(
        "without a valid digit, as in %j, is rejected",
        (body) => {
            const { digits, events } = someDigits();
            expect(digits.receive(info("application/dtmf-relay", body))?.status).toBe(400);
            expect(events).toEqual([]);
        },
    );

    test("with digits is rejected if the peer has to send RTP events", () => {
        const { digits, events } = someDigits("rtp");
        expect(digits.receive(info("application/dtmf", "5"))?.status).toBe(415);
        expect(events).toEqual([]);
    });

    test.each([
        ["INFO", "application/media_control+xml"],
        ["MESSAGE", "application/dtmf"],
        ["INFO", "application/dtmf-other"],
    ])("that is %s of type %s is left to others", (method, type) => {
        const request = new ScriptedRequest(method, { headers: { "Content-Type": type }, body: "5" });
        expect(someDigits().digits.receive(request)).toBeUndefined();
    });
});

test.each<[DtmfSetting | undefined, Sdp, string, boolean]>([
    [undefined, withEvents, "INVITE, INFO", false],
    [undefined, withoutEvents, "INVITE, INFO", true],
    ["auto", withoutEvents, "INVITE, BYE", false],
    ["rtp", withoutEvents, "INVITE, INFO", false],
    ["info", withEvents, "INVITE", true],
])("with dtmf: %s, a session and Allow, digits are owed by INFO or not", (dtmf, session, allow, isNeeded) => {
    expect(someDigits(dtmf, allow).digits.isNeeded(session)).toBe(isNeeded);
});

describe("digits for the peer", () => {
    test("are sent one after the other, each when the one before was received", async () => {
        const { digits, stack } = someDigits("info");
        const sending = digits.send("11#");
        for (const count of [1, 2, 3]) {
            await settled();
            expect(stack.requests).toHaveLength(count);
            stack.answer(200);
        }
        await sending;
        expect(stack.requests.map(({ body }) => body)).toEqual(
            ["1", "1", "#"].map((digit) => `Signal=${digit}\r\nDuration=160\r\n`),
        );
    });

    test("are sent in the other form to a peer that does not know the first one", async () => {
        const { digits, stack } = someDigits("info");
        const sending = digits.send("12");
        for (const status of [415, 200, 200]) {
            await settled();
            stack.answer(status);
        }
        await sending;
        expect(stack.requests.map(({ headers }) => headers["Content-Type"])).toEqual([
            "application/dtmf-relay",
            "application/dtmf",
            "application/dtmf",
        ]);
        expect(stack.requests.map(({ body }) => body)).toEqual(["Signal=1\r\nDuration=160\r\n", "1", "2"]);
    });

    test("are not sent on after one was rejected", async () => {
        const { digits, stack } = someDigits("info");
        const sending = digits.send("12");
        await settled();
        stack.answer(481);
        await expect(sending).rejects.toMatchObject({ endCause: "networkFailure" });
        expect(stack.requests).toHaveLength(1);
    });
});
