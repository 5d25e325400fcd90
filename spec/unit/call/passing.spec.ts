import { expect, it } from "vitest";
import type { CallState } from "../../../lib/call/CallState.ts";
import { reduceCall } from "../../../lib/call/reduceCall.ts";
import { ORIGIN, targetLeg } from "../../../lib/call/vocabulary.ts";

const [alice, desk] = [targetLeg(1), targetLeg(2)];
const connected: CallState = {
    phase: "connected",
    openedAt: 0,
    policy: { ringMs: 60_000, maxDurationMs: 3_600_000 },
    target: alice,
    answeredAt: 5_000,
    deadline: 3_605_000,
    heldBy: [],
};

it("shows each party who the other one is, and passes on the digits of both", () => {
    const pressed = { kind: "digitsPressed", leg: ORIGIN, digits: "1", form: "signalling" } as const;
    expect(reduceCall(connected, { kind: "legIdentified", leg: alice }, 0).effects).toEqual([
        { kind: "showParty", leg: ORIGIN, party: alice },
    ]);
    expect(reduceCall(connected, pressed, 0).effects).toEqual([
        { kind: "passDigits", leg: alice, from: ORIGIN, to: alice, digits: "1", form: "signalling" },
    ]);
});

it("ignores a leg that has no part in the call any more", () => {
    expect(reduceCall(connected, { kind: "legIdentified", leg: desk }, 0).effects).toEqual([]);
    const pressed = { kind: "digitsPressed", leg: desk, digits: "1", form: "media" } as const;
    expect(reduceCall(connected, pressed, 0).effects).toEqual([]);
});
