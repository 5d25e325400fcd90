import { expect, it } from "vitest";
import { resolveGlare, type LiveCall } from "../../../../lib/matrix/calls/resolveGlare.ts";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";

const alice = "@alice:matrix.example" as MatrixUserId;
const bob = "@bob:matrix.example" as MatrixUserId;
const ringsAlice: LiveCall = { user: alice, stage: "ringsUser" };

it("accepts a call in a room that has no call", () => {
    expect(resolveGlare(alice, [])).toEqual({ kind: "accept", yielding: [] });
});

it("accepts the user's call and ends the bridge's ringing call when both call each other", () => {
    expect(resolveGlare(alice, [ringsAlice])).toEqual({ kind: "accept", yielding: [ringsAlice] });
});

it.each([
    ["we ring somebody else", { user: bob, stage: "ringsUser" }],
    ["the caller talks already", { user: alice, stage: "connected" }],
    ["another device of the caller calls", { user: alice, stage: "ringsUs" }],
] as const)("answers busy when %s", (_case, call) => {
    expect(resolveGlare(alice, [call])).toEqual({ kind: "busy" });
    expect(resolveGlare(alice, [ringsAlice, call])).toEqual({ kind: "busy" });
});
