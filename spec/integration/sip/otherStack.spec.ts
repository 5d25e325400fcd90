import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { startSipp } from "../../support/sip-server/sipp.ts";
import { aTrunk } from "../../support/sip/aTrunk.ts";
import { OUR_SDP, OutgoingCalls } from "../../support/sip/OutgoingCalls.ts";
import { SipSide } from "../../support/sip/SipSide.ts";

// The same adapter against a SIP stack that is not ours, over both transports: SIPp fails if a message is missing, wrong
// or too many.

let side: SipSide;

beforeAll(async () => {
    side = await SipSide.start({ t1: 100 });
});

afterAll(() => side.stop());

afterEach(async () => {
    await vi.waitFor(() => expect(side.held).toEqual([0, 0]), 3_000);
});

describe.each(["udp", "tcp"] as const)("over %s", (transport) => {
    async function caller(scenario: string): Promise<() => Promise<void>> {
        const { passes, stop } = await startSipp({ scenario, transport, server: side.port(transport) });
        onTestFinished(stop);
        return passes;
    }

    test.each(["basic-call", "offer-in-200", "session-refresh"])(
        "passes %s, and the caller hangs up",
        async (scenario) => {
            const passes = await caller(scenario);
            const { request, reported } = await side.intake.next();
            await request.origin.ring();
            await request.origin.accept(OUR_SDP);
            await passes();
            await vi.waitFor(() => expect(reported.facts.at(-1)).toEqual({ kind: "ended", cause: "hungUp" }));
        },
    );

    test("passes hung-up-by-callee", async () => {
        const passes = await caller("hung-up-by-callee");
        const { request } = await side.intake.next();
        await request.origin.accept(OUR_SDP);
        await request.origin.end("hungUp");
        await passes();
    });

    test("passes cancel-while-ringing", async () => {
        const passes = await caller("cancel-while-ringing");
        const { request, reported } = await side.intake.next();
        await request.origin.ring();
        expect(await reported.next()).toEqual({ kind: "ended", cause: "cancelled" });
        await passes();
    });

    test("passes ack-never-comes: the call ends as one whose network failed", async () => {
        const passes = await caller("ack-never-comes");
        const { request, reported } = await side.intake.next();
        await request.origin.accept(OUR_SDP);
        await passes();
        expect(await reported.next()).toEqual({ kind: "ended", cause: "networkFailure" });
    });

    async function callee(scenario: string) {
        const { port, passes, stop } = await startSipp({ scenario, transport });
        onTestFinished(stop);
        const domain = `127.0.0.1:${port}`;
        const calls = await OutgoingCalls.on(side);
        onTestFinished(() => calls.close());
        const trunk = aTrunk({ domain, nextHop: `sip:${domain};transport=${transport}` });
        return { passes, ...calls.dial(trunk) };
    }

    test("passes callee", async () => {
        const { leg, reported, passes } = await callee("callee");
        await leg.offer(OUR_SDP);
        expect(await reported.next()).toEqual({ kind: "ringing" });
        expect(await reported.next()).toMatchObject({ kind: "answered" });
        await leg.end("hungUp");
        await passes();
    });

    test.each(["cancelled-callee", "200-crosses-cancel"])("passes %s", async (scenario) => {
        const { leg, reported, passes } = await callee(scenario);
        await leg.offer(OUR_SDP);
        expect(await reported.next()).toEqual({ kind: "ringing" });
        await leg.end("cancelled");
        await passes();
        expect(reported.facts).toHaveLength(1);
    });
});
