import { expect, test } from "vitest";
import { UnansweredRequests } from "../../../../lib/sip/senders/UnansweredRequests.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { ScriptedRequest } from "../../../support/sip/ScriptedStack.ts";

test("says nothing until the transaction is long over, and then lets go", () => {
    const clock = new FakeClock();
    const silent = new UnansweredRequests(clock);
    const request = new ScriptedRequest("INVITE");
    expect(silent.hold(request)).toBe(true);
    clock.advance(69_000);
    expect(request.statuses).toEqual([]);
    clock.advance(1_000);
    expect(request.statuses).toEqual([403]);
    expect([silent.held, clock.pending]).toEqual([0, 0]);
});

test("drops what the unknown peer cancels itself, and everything when the server is lost", () => {
    const clock = new FakeClock();
    const silent = new UnansweredRequests(clock);
    const request = new ScriptedRequest("INVITE");
    silent.hold(request);
    silent.hold(new ScriptedRequest("OPTIONS"));
    request.cancel();
    expect(silent.held).toBe(1);
    silent.lost();
    expect([silent.held, clock.pending]).toEqual([0, 0]);
});

test("holds no more than a thousand", () => {
    const silent = new UnansweredRequests(new FakeClock());
    const taken = Array.from({ length: 1_001 }, () => silent.hold(new ScriptedRequest("INVITE")));
    expect(taken.filter(Boolean)).toHaveLength(1_000);
    expect(taken.at(-1)).toBe(false);
});
