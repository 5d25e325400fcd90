import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { HomeserverError } from "../../../../lib/matrix/homeserver/HomeserverError.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { bobsGhost, CallsWorld } from "../../../support/matrix/CallsWorld.ts";

let world: CallsWorld;

beforeEach(() => {
    world = new CallsWorld();
});

const found = [{ userid: bobsGhost, protocol: "m.protocol.pstn", fields: { "m.id.phone": "+442071838750" } }];

describe("a number", () => {
    it.each([["+44 20 7183 8750"], ["020 7183 8750"], [" 442071838750"], ["+44-(0)20-7183-8750"]])(
        "written %j is one ghost, made and named",
        async (typed) => {
            expect(await world.calls.lookup.findUser("m.protocol.pstn", { "m.id.phone": typed })).toEqual(found);
            expect(world.homeserver.displayNames.get(bobsGhost)).toBe("+44 20 7183 8750");
        },
    );

    it("uses the first of two values, and does not create a known ghost again", async () => {
        const fields = { "m.id.phone": ["+442071838750", "+1"] };
        expect(await world.calls.lookup.findUser("m.protocol.pstn", fields)).toEqual(found);
        expect(await world.calls.lookup.findUser("m.protocol.pstn", fields)).toEqual(found);
        expect(world.homeserver.requests).toEqual(["register", "setDisplayName"]);
    });

    it("keeps a feature code unchanged", async () => {
        expect(await world.calls.lookup.findUser("x", { "m.id.phone": "*21#" })).toEqual([
            { userid: "@sip_=2a21=23:matrix.example", protocol: "x", fields: { "m.id.phone": "*21#" } },
        ]);
    });

    it.each([["no number"], [""], [undefined], [17], [{}], [[]]])("returns no user for %j", async (typed) => {
        expect(await world.calls.lookup.findUser("m.protocol.pstn", { "m.id.phone": typed })).toEqual([]);
        expect(world.homeserver.requests).toEqual([]);
    });

    it("returns the ghost even if it cannot be created now", async () => {
        world.homeserver.failOnce("register", new HomeserverError("down", {}));
        expect(await world.calls.lookup.findUser("m.protocol.pstn", { "m.id.phone": "+442071838750" })).toEqual(found);
        expect(world.log.lines).toEqual(["warn: ghost not created for third-party lookup"]);
    });
});

describe("ghosts created by a lookup", () => {
    const lookUp = (typed: string) => world.calls.lookup.findUser("m.protocol.pstn", { "m.id.phone": typed });
    const made = (): number => world.homeserver.requests.filter((what) => what === "register").length;

    it("returns the ghost of a number that no rule allows, but does not create it", async () => {
        const dialPlan = {
            whoMayDial: () => ({ kind: "forbidden" }) as const,
            isDialable: () => false,
            hasRule: () => true,
        };
        world = new CallsWorld({ dialPlan });
        expect(await lookUp("+442071838750")).toEqual(found);
        expect(world.homeserver.requests).toEqual([]);
    });

    it("logs the number that no rule allows, at most ten times a minute", async () => {
        const info = vi.spyOn(KeptLog.prototype, "info");
        onTestFinished(() => info.mockRestore());
        const dialPlan = {
            whoMayDial: () => ({ kind: "forbidden" }) as const,
            isDialable: () => false,
            hasRule: () => true,
        };
        world = new CallsWorld({ dialPlan });
        for (let times = 0; times < 20; times++) await lookUp("+442071838750");
        expect(info).toHaveBeenCalledTimes(10);
        const [message, fields] = info.mock.lastCall ?? [];
        expect(message).toBe("ghost not created for third-party lookup");
        expect(fields).toMatchObject({ number: "+4420…50" });
    });

    it("creates a limited number of ghosts per minute; known ghosts do not count", async () => {
        for (let n = 0; n < 100; n += 1) expect(await lookUp(`+4420718387${10 + (n % 90)}`)).toHaveLength(1);
        expect(made()).toBe(60);
        world.clock.advance(60_000);
        for (let n = 0; n < 60; n += 1) await lookUp(`+4420718387${10 + n}`);
        expect(made()).toBe(60);
        await lookUp("+442071838799");
        expect(made()).toBe(61);
    });

    it("is not stopped by a wall clock that is set back", async () => {
        for (let n = 0; n < 60; n += 1) await lookUp(`+4420718387${10 + n}`);
        world.clock.jump(-2 * 3_600_000);
        world.clock.advance(60_000);
        await lookUp("+442071838799");
        expect(made()).toBe(61);
    });

    it("returns no ghost whose user ID would be too long", async () => {
        expect(await lookUp(`sip:${"A".repeat(90)}@example.com`)).toEqual([]);
        expect(await lookUp(`sip:${"a".repeat(90)}@example.com`)).toHaveLength(1);
    });
});

describe("a user", () => {
    it("returns the number of a ghost, for both protocols", () => {
        expect(world.calls.lookup.describeUser(bobsGhost)).toEqual(
            ["m.protocol.pstn", "im.vector.protocol.pstn"].map((protocol) => ({ ...found[0], protocol })),
        );
    });

    it.each([
        ["@alice:matrix.example"],
        ["@sip_anonymous:matrix.example"],
        ["@sip_=2b442071838750:elsewhere.example"],
        ["nonsense"],
    ])("returns no number for %s", (userId) => {
        expect(world.calls.lookup.describeUser(userId)).toEqual([]);
    });
});
