import { beforeEach, describe, expect, it } from "vitest";
import { HomeserverError } from "../../../../lib/matrix/homeserver/HomeserverError.ts";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import { alice, bob, bobsGhost, CallsWorld, carol, RING_MS } from "../../../support/matrix/CallsWorld.ts";
import { browserDescription } from "../../../support/matrix/descriptions.ts";

const sdp = browserDescription();
const remoteIsDown = new HomeserverError("down", { status: 502, errcode: "M_UNKNOWN" });
const noResponse = new HomeserverError("no response", {});
const rejected = new HomeserverError("no", { status: 403, errcode: "M_FORBIDDEN" });
let world: CallsWorld;

beforeEach(() => {
    world = new CallsWorld();
});

/** The end cause of a call that fails before it rings. */
async function causeOfCallTo(callee: MatrixUserId): Promise<unknown> {
    const failure: unknown = await world
        .dial(callee)
        .leg.offer(sdp)
        .catch((reason: unknown) => reason);
    await world.settle();
    return (failure as { readonly endCause?: unknown } | undefined)?.endCause;
}

describe("a first call to a user of another homeserver", () => {
    it.each([
        ["is down", remoteIsDown],
        ["does not respond", noResponse],
    ])("is unavailable and creates nothing if the homeserver %s", async (_what, error) => {
        world.homeserver.failOnce("userExists", error);
        expect(await causeOfCallTo(carol)).toBe("unavailable");
        expect(world.homeserver.rooms).toEqual([]);
        expect(world.homeserver.requests).toEqual(["userExists"]);
    });

    it("fails with notFound if the user does not exist", async () => {
        expect(await causeOfCallTo("@absent:elsewhere.example" as MatrixUserId)).toBe("notFound");
        expect(world.homeserver.rooms).toEqual([]);
    });

    it.each([
        ["the homeserver is down", remoteIsDown],
        ["the homeserver does not respond", noResponse],
        ["the invitation is rejected", rejected],
    ])("leaves one room, which the next call uses: %s", async (_what, error) => {
        world.homeserver.failOnce("invite", error);
        expect(await causeOfCallTo(carol)).toBe("unavailable");
        world.homeserver.failOnce("invite", error);
        expect(await causeOfCallTo(carol)).toBe("unavailable");
        expect(world.homeserver.rooms).toHaveLength(1);
        expect(world.calls.registry.size).toBe(0);
        const call = await world.ringing(carol);
        expect(world.homeserver.rooms).toEqual([call.room]);
        expect(world.homeserver.membershipOf(call.room, carol)).toBe("invite");
    });
});

describe("a first call to a local user", () => {
    it("is a failure of the bridge's own homeserver if that does not respond", async () => {
        world.homeserver.failOnce("userExists", noResponse);
        expect(await causeOfCallTo(alice)).toBe("serviceUnavailable");
    });

    it("is rejected before anything is created if the disk is full", async () => {
        world.directory.fill();
        expect(await causeOfCallTo(alice)).toBe("serviceUnavailable");
        expect(world.homeserver.requests).toEqual([]);
        expect(world.log.lines).toEqual(["error: call rejected: store not writable"]);
    });

    it("leaves the room if it cannot be stored", async () => {
        world = new CallsWorld({
            directory: Object.assign(world.directory, { rememberRoom: () => Promise.reject(new Error("ENOSPC")) }),
        });
        expect(await causeOfCallTo(alice)).toBe("serviceUnavailable");
        const [room] = world.homeserver.rooms;
        expect(room && world.homeserver.membershipOf(room, bobsGhost)).toBe("leave");
    });
});

describe("a first call through a slow homeserver", () => {
    it.each(["userExists", "createRoom", "invite"] as const)(
        "rings at the caller after three seconds, and at the callee once the homeserver responds: %s",
        async (method) => {
            const respond = world.homeserver.holdOnce(method);
            const call = world.dial(carol);
            const offered = call.leg.offer(sdp);
            await world.settle();
            expect(call.events).toEqual([]);
            world.clock.advance(3_000);
            await offered;
            expect(call.events).toEqual([{ kind: "ringing" }]);
            world.clock.advance(9_000);
            respond();
            await world.settle();
            // the ring time does not include the 12 s
            expect(call.events).toEqual([{ kind: "ringing" }, { kind: "ringing", delayMs: 12_000 }]);
            const [room] = world.homeserver.rooms;
            if (room === undefined) throw new Error("no room");
            world.homeserver.joinAs(carol, room);
            await world.settle();
            expect(world.sentByBridge(room, "m.call.invite")).toMatchObject([{ lifetime: RING_MS }]);
        },
    );

    it("ends with the cause if the request fails after that", async () => {
        const respond = world.homeserver.holdOnce("invite");
        world.homeserver.failOnce("invite", remoteIsDown);
        const call = world.dial(carol);
        const offered = call.leg.offer(sdp);
        await world.settle();
        world.clock.advance(3_000);
        await offered;
        respond();
        await world.settle();
        expect(call.events).toEqual([{ kind: "ringing" }, { kind: "ended", cause: "unavailable" }]);
        expect(world.calls.registry.size).toBe(0);
    });

    it("sends no invite if the caller has given up meanwhile", async () => {
        const respond = world.homeserver.holdOnce("createRoom");
        const call = world.dial(alice);
        const offered = call.leg.offer(sdp);
        await world.settle();
        world.clock.advance(3_000);
        await offered;
        await call.leg.end("cancelled");
        respond();
        await world.settle();
        const [room] = world.homeserver.rooms;
        if (room === undefined) throw new Error("no room");
        expect(world.sentByBridge(room, "m.call.invite")).toEqual([]);
        expect(world.calls.registry.size).toBe(0);
    });
});

it("gives a room no name of its own, so that clients show the ghost's current name", async () => {
    const { room, leg } = await world.ringing();
    await leg.end("cancelled");
    await world.dial(alice, { ...bob, displayName: "Robert" } as typeof bob).leg.offer(sdp);
    expect(world.homeserver.displayNames.get(bobsGhost)).toBe("Robert");
    expect(world.homeserver.eventsIn(room, "m.room.name")).toEqual([]);
    expect(world.homeserver.eventsIn(room, "m.bridge")[0]?.content).toMatchObject({
        channel: { displayname: "+44 20 7183 8750" },
    });
});
