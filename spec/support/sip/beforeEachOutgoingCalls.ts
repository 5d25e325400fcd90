import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { OutgoingCalls } from "./OutgoingCalls.ts";
import { SipSide } from "./SipSide.ts";

/** Gives each test of a file its own phones on the SIP side that all of them share. */
export function beforeEachOutgoingCalls(use: (calls: OutgoingCalls, side: SipSide) => void): void {
    let side: SipSide;
    let calls: OutgoingCalls;
    beforeAll(async () => {
        side = await SipSide.start();
    });
    afterAll(() => side.stop());
    beforeEach(async () => {
        calls = await OutgoingCalls.on(side);
        use(calls, side);
    });
    afterEach(() => calls.close());
}
