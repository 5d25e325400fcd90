import { expect, it } from "vitest";
import { reduceCall } from "../../../lib/call/reduceCall.ts";
import { ORIGIN } from "../../../lib/call/vocabulary.ts";
import { alice, connected, desk } from "./callStates.ts";

const pressed = { kind: "digitsPressed", digits: "1" } as const;
const heard = { kind: "digitsHeard", digits: "2", side: "target" } as const;

it("shows each party who the other one is", () => {
    expect(reduceCall(connected, { kind: "legIdentified", leg: alice }, 0).effects).toEqual([
        { kind: "showParty", leg: ORIGIN, party: alice },
    ]);
    expect(reduceCall(connected, { kind: "legIdentified", leg: desk }, 0).effects).toEqual([]);
});

it("passes on the digits of both parties, in whichever form they came", () => {
    const pass = { kind: "passDigits", leg: alice } as const;
    expect(reduceCall(connected, { ...pressed, leg: ORIGIN }, 0).effects).toEqual([
        { ...pass, side: "origin", to: alice, digits: "1", form: "signalling" },
    ]);
    expect(reduceCall(connected, { ...heard, leg: alice }, 0).effects).toEqual([
        { ...pass, side: "target", to: ORIGIN, digits: "2", form: "media" },
    ]);
});

it("ignores the digits of a leg that has no part in the call any more", () => {
    expect(reduceCall(connected, { ...pressed, leg: desk }, 0).effects).toEqual([]);
    expect(reduceCall(connected, { ...heard, leg: desk }, 0).effects).toEqual([]);
});

it("passes on a request for a whole picture, in whichever form it came, and ignores those of other legs", () => {
    const request = { kind: "requestPicture", leg: alice } as const;
    expect(reduceCall(connected, { kind: "pictureRequested", leg: ORIGIN }, 0).effects).toEqual([
        { ...request, side: "origin", to: alice, form: "signalling" },
    ]);
    expect(reduceCall(connected, { kind: "pictureRequestHeard", leg: alice, side: "target" }, 0).effects).toEqual([
        { ...request, side: "target", to: ORIGIN, form: "media" },
    ]);
    expect(reduceCall(connected, { kind: "pictureRequested", leg: desk }, 0).effects).toEqual([]);
    expect(reduceCall(connected, { kind: "pictureRequestHeard", leg: desk, side: "origin" }, 0).effects).toEqual([]);
});
