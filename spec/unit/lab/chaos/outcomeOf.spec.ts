import { describe, expect, it } from "vitest";
import { allCells, CALL_PHASES, nameOf, PARTS } from "../../../../lab/chaos/cells.ts";
import { outcomeOf, reachOf, type Sight } from "../../../../lab/chaos/outcomeOf.ts";

const all = { phone: true, client: true, target: true };
const up: Sight = {
    phone: "connected",
    client: "connected",
    target: undefined,
    sound: "phone and client",
    sessions: 1,
};
const down: Sight = { phone: "ended", client: "ended", target: undefined, sound: "none", sessions: 0 };
const transferred: Sight = {
    ...down,
    client: "connected",
    target: "connected",
    sound: "client and target",
    sessions: 2,
};

describe("what the parties show", () => {
    it.each<readonly [string, Sight, string]>([
        ["both connected with sound: the call goes on", up, "together"],
        ["both connected without sound", { ...up, sound: "none" }, "wrong"],
        ["both told, and no media left", down, "over"],
        ["both told, but media left", { ...down, sessions: 1 }, "wrong"],
        ["both told while rtpengine is gone", { ...down, sessions: undefined }, "over"],
        ["the phone alone in the call", { ...up, client: "ended", sound: "none" }, "wrong"],
        ["the client alone in the call", { ...up, phone: "ended", sound: "none" }, "wrong"],
        ["both still ring", { ...down, phone: "ringing", client: "ringing", sessions: 1 }, "ringing"],
        ["the phone holds, and the client hears it", { ...up, sound: "held" }, "held"],
        ["the target of a transfer rings", { ...up, target: "ringing", sound: "none" }, "ringing"],
        ["the phone has left, and the target rings", { ...transferred, target: "ringing", sound: "none" }, "ringing"],
        ["the client talks to the target, and the phone has left", transferred, "together"],
        ["the client talks to the target, and the phone was not told", { ...transferred, phone: "connected" }, "wrong"],
        ["the call goes on, and the target has been told", { ...up, target: "ended" }, "together"],
        ["the call goes on, and the target still rings", { ...up, target: "ringing" }, "ringing"],
        ["both told, and the target alone in a call", { ...down, target: "connected" }, "wrong"],
        ["only the client still rings", { ...down, client: "ringing" }, "wrong"],
    ])("%s", (_, sight, outcome) => {
        expect(outcomeOf(sight, all)).toBe(outcome);
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
