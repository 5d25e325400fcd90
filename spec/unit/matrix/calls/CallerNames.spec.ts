import { expect, test } from "vitest";
import { CallerNames } from "../../../../lib/matrix/calls/CallerNames.ts";
import type { MatrixRoomId } from "../../../../lib/numbering/MatrixUserId.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { alice, bobsGhost, CallsWorld } from "../../../support/matrix/CallsWorld.ts";

const room = "!room:matrix.example" as MatrixRoomId;

function nameFrom(memberName: () => Promise<string | undefined>) {
    const clock = new FakeClock();
    return { clock, name: new CallerNames({ homeserver: { memberName }, clock }).nameOf(bobsGhost, room, alice) };
}

test("returns the display name of the caller, and leaves no timer", async () => {
    const { clock, name } = nameFrom(() => Promise.resolve("Alice"));
    expect([await name, clock.pending]).toEqual(["Alice", 0]);
});

test("returns no name if the homeserver fails", async () => {
    expect(await nameFrom(() => Promise.reject(new Error("502"))).name).toBeUndefined();
});

test("returns no name after 500 ms", async () => {
    const { clock, name } = nameFrom(() => new Promise(() => undefined));
    clock.advance(500);
    expect(await name).toBeUndefined();
});

test("names the caller of a call to a trunk, where names are shown", async () => {
    const world = new CallsWorld({ showsCallerNames: "yes" });
    world.homeserver.displayNames.set(alice, "Alice Example");
    world.invite(await world.directRoom(), "c1");
    await world.settle();
    expect(world.intake.calls[0]?.request.ring[0].targets[0]).toMatchObject({
        network: "sip",
        profileName: "Alice Example",
    });
});
