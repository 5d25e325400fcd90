import { beforeEach, describe, expect, it } from "vitest";
import type { LegEvent } from "../../../../lib/ports/CallLeg.ts";
import { OutgoingReferral } from "../../../../lib/sip/transfer/OutgoingReferral.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { ScriptedRequest, ScriptedStack, settled } from "../../../support/sip/ScriptedStack.ts";

let clock: FakeClock;
let stack: ScriptedStack;
let events: LegEvent[];
let referral: OutgoingReferral;

beforeEach(() => {
    clock = new FakeClock();
    stack = new ScriptedStack();
    events = [];
    referral = new OutgoingReferral({
        stack,
        clock,
        log: new KeptLog(),
        userAgent: "spec/1",
        dialogId: "d1",
        digest: undefined,
        headers: {},
        report: (event) => events.push(event),
    });
});

async function accepted(status = 202): Promise<void> {
    void referral.ask("<sip:desk@pbx.example>");
    await settled();
    stack.answer(status);
    await settled();
}

/** Returns the status with which the NOTIFY is answered. */
function notified(body: string, subscription = "active;expires=60", event = "refer"): number | undefined {
    const headers = { Event: event, "Subscription-State": subscription, "Content-Type": "message/sipfrag" };
    return referral.receive(new ScriptedRequest("NOTIFY", { headers, body }))?.status;
}

const stages = (): string[] =>
    events.map((event) => {
        if (event.kind === "referralRejected") return `rejected ${event.cause}`;
        if (event.kind !== "referral") return event.kind;
        const { progress } = event;
        return progress.stage === "failed" ? `failed ${progress.cause}` : progress.stage;
    });

describe("a REFER of the bridge", () => {
    it("is followed by its NOTIFYs until the target has answered", async () => {
        await accepted();
        expect(stack.requests).toMatchObject([
            { method: "REFER", dialogId: "d1", headers: { "Refer-To": "<sip:desk@pbx.example>" } },
        ]);
        expect(notified("SIP/2.0 100 Trying\r\n")).toBe(200);
        expect(notified("SIP/2.0 180 Ringing")).toBe(200);
        expect(notified("SIP/2.0 200 OK", "terminated;reason=noresource", "refer;id=2")).toBe(200);
        expect(stages()).toEqual(["placed", "ringing", "done"]);
        expect(clock.pending).toBe(0);
    });

    it.each([
        [405, "networkFailure"],
        [403, "rejectedByNetwork"],
        [603, "declined"],
    ] as const)("that is rejected with %i (%s) leaves the transfer to the bridge", async (status, cause) => {
        await accepted(status);
        expect(stages()).toEqual([`rejected ${cause}`]);
        expect(clock.pending).toBe(0);
    });

    it.each([
        ["SIP/2.0 403 Forbidden", "rejectedByNetwork"],
        ["SIP/2.0 501 Not Implemented", "networkFailure"],
        ["SIP/2.0 503 Service Unavailable", "networkFailure"],
    ])("leaves the transfer to the bridge if the peer notifies %s", async (body, cause) => {
        await accepted();
        notified(body, "terminated;reason=noresource");
        expect(stages()).toEqual(["placed", `rejected ${cause}`]);
        expect(clock.pending).toBe(0);
    });

    it("fails if the target was rung before, whatever the peer notifies then", async () => {
        await accepted();
        notified("SIP/2.0 180 Ringing");
        notified("SIP/2.0 503 Service Unavailable", "terminated;reason=noresource");
        expect(stages()).toEqual(["placed", "ringing", "failed networkFailure"]);
    });

    it.each([
        ["SIP/2.0 486 Busy Here", "terminated;reason=noresource", "busy"],
        ["SIP/2.0 404 Not Found", "active", "notFound"],
        ["SIP/2.0 100 Trying", "terminated;reason=timeout", "networkFailure"],
    ])("fails if the peer notifies %s (%s)", async (body, subscription, cause) => {
        await accepted();
        expect(notified(body, subscription)).toBe(200);
        expect(notified("SIP/2.0 200 OK")).toBe(200);
        expect(stages()).toEqual(["placed", `failed ${cause}`]);
    });

    it("has succeeded if the peer hangs up instead of notifying", async () => {
        await accepted();
        referral.hungUp();
        expect(stages()).toEqual(["placed", "done"]);
    });

    it("fails after three minutes without a result", async () => {
        await accepted();
        clock.advance(180_000);
        expect(stages()).toEqual(["placed", "failed noResponse"]);
    });

    it("rejects a NOTIFY without a status, and leaves those of other packages alone", async () => {
        await accepted();
        expect(notified("hello")).toBe(400);
        expect(notified("SIP/2.0 200 OK", "active", "message-summary")).toBeUndefined();
        expect(stages()).toEqual(["placed"]);
    });

    it("reports nothing once the dialog is over", async () => {
        await accepted();
        referral.stop();
        notified("SIP/2.0 200 OK");
        clock.advance(180_000);
        expect(stages()).toEqual(["placed"]);
    });
});
