import { describe, expect, it } from "vitest";
import { allCells, CALL_PHASES, nameOf, PARTS } from "../../../../lab/chaos/cells.ts";
import { outcomeOf, reachOf, type Sight } from "../../../../lab/chaos/outcomeOf.ts";

const both = { phone: true, client: true };
const up: Sight = { phone: "connected", client: "connected", sound: true, sessions: 1 };
const down: Sight = { phone: "ended", client: "ended", sound: false, sessions: 0 };

describe("what the parties show", () => {
    it.each<readonly [string, Sight, string]>([
        ["both connected with sound: the call goes on", up, "together"],
        ["both connected without sound", { ...up, sound: false }, "wrong"],
        ["both told, and no media left", down, "over"],
        ["both told, but media left", { ...down, sessions: 1 }, "wrong"],
        ["both told while rtpengine is gone", { ...down, sessions: undefined }, "over"],
        ["the phone alone in the call", { ...up, client: "ended" }, "wrong"],
        ["the client alone in the call", { ...up, phone: "ended" }, "wrong"],
        ["both still ring", { ...down, phone: "ringing", client: "ringing", sessions: 1 }, "ringing"],
        ["only the client still rings", { ...down, client: "ringing" }, "wrong"],
    ])("%s", (_, sight, outcome) => {
        expect(outcomeOf(sight, both)).toBe(outcome);
    });

    it("does not wait for a party that is gone", () => {
        const reach = reachOf({ part: "phone", fault: "gone" });
        expect(outcomeOf({ ...down, phone: undefined }, reach)).toBe("over");
        expect(outcomeOf({ ...down, phone: undefined, client: "connected" }, reach)).toBe("wrong");
    });

    it("does not wait for a client whose homeserver is gone, and sees that it still talks", () => {
        const reach = reachOf({ part: "homeserver", fault: "gone" });
        expect(outcomeOf({ ...down, client: "ringing" }, reach)).toBe("over");
        expect(outcomeOf(up, reach)).toBe("together");
    });
});

it("tries every part in every phase, and no combination twice", () => {
    const names = allCells().map(nameOf);
    expect(new Set(names).size).toBe(names.length);
    for (const part of PARTS)
        for (const phase of CALL_PHASES) expect(names.some((name) => name.startsWith(`${phase}, ${part} `))).toBe(true);
});
