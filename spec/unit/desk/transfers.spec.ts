import { beforeEach, describe, expect, it } from "vitest";
import type { EndCause } from "../../../lib/call/vocabulary.ts";
import type { TransferRoute } from "../../../lib/desk/transfer/TransferRoutes.ts";
import { phone } from "../../support/descriptions.ts";
import { FakeLeg } from "../../support/FakeLeg.ts";
import { settle } from "../../support/settle.ts";
import { alice, asksFor, toBob, TransferWorld } from "./TransferWorld.ts";

describe("the transfer of a call", () => {
    let world: TransferWorld;
    beforeEach(() => {
        world = new TransferWorld();
    });

    it.each(["caller", "callee"] as const)("connects the other party with the target, and ends the %s", async (by) => {
        const call = await world.connected();
        const [leaves, stays] = by === "caller" ? [call.caller, call.callee] : [call.callee, call.caller];
        asksFor(leaves, toBob);
        await settle();
        expect(leaves.leg.told.slice(-1)).toEqual(["transfer placed"]);
        world.dialled.at(-1)?.says({ kind: "ringing" });
        const target = await world.answers();
        expect(leaves.leg.told.slice(-3)).toEqual(["transfer ringing", "transfer done", "end replaced"]);

        stays.says({ kind: "ended", cause: "hungUp" });
        await settle();
        expect(target.leg.told.slice(-1)).toEqual(["end hungUp"]);
        expect(world.media.held).toBe(0);
        expect(world.calls).toBe(0);
    });

    it("is placed for the party that stays", async () => {
        const { callee } = await world.connected();
        asksFor(callee, toBob);
        expect(world.routed).toEqual([
            {
                by: { kind: "user", user: alice },
                to: toBob,
                leaves: { kind: "user", user: alice },
                stays: { kind: "anonymous" },
            },
        ]);
    });

    it("answers the party that stays when it holds afterwards", async () => {
        const { caller, callee } = await world.connected();
        asksFor(callee, toBob);
        const target = await world.answers();
        caller.says({ kind: "offered", sdp: phone({ direction: "sendonly", version: 2 }) });
        await settle();
        expect(caller.leg.told.at(-1)).toMatch(/^answerOffer /);
        target.says({ kind: "ended", cause: "hungUp" });
        await settle();
        expect(caller.leg.told.at(-1)).toBe("end hungUp");
    });

    it.each<[string, TransferRoute, EndCause]>([
        ["may not be called", { kind: "refused", cause: "forbidden" }, "forbidden"],
        ["does not exist", { kind: "refused", cause: "notFound" }, "notFound"],
    ])("leaves the call as it was if the target %s", async (_, route, cause) => {
        const { caller, callee } = await world.connected();
        world.route = route;
        asksFor(callee, toBob);
        await settle();
        expect(callee.leg.told.at(-1)).toBe(`transfer failed ${cause}`);
        expect(world.dialled).toHaveLength(1);
        callee.says({ kind: "ended", cause: "hungUp" });
        await settle();
        expect(caller.leg.told.at(-1)).toBe("end hungUp");
        expect(world.media.held).toBe(0);
    });

    it("leaves the call as it was if the target is busy", async () => {
        const { caller, callee } = await world.connected();
        asksFor(callee, toBob);
        await settle();
        world.dialled.at(-1)?.says({ kind: "ended", cause: "busy" });
        await settle();
        expect(callee.leg.told.at(-1)).toBe("transfer failed busy");
        expect(caller.leg.told.at(-1)).toMatch(/^accept /);
        expect(world.media.held).toBe(1);
        expect(world.calls).toBe(1);
    });

    it("goes on without the party that asked for it, and ends the call if it fails", async () => {
        const { caller, callee } = await world.connected();
        asksFor(callee, toBob);
        await settle();
        callee.says({ kind: "ended", cause: "hungUp" });
        await settle();
        expect(caller.leg.told.at(-1)).toMatch(/^accept /);
        world.dialled.at(-1)?.says({ kind: "ended", cause: "busy" });
        await settle();
        expect(caller.leg.told.at(-1)).toBe("end busy");
        expect(world.media.held).toBe(0);
    });

    it("ends the call to the target if the other party hangs up meanwhile", async () => {
        const { caller, callee } = await world.connected();
        asksFor(callee, toBob);
        await settle();
        caller.says({ kind: "ended", cause: "hungUp" });
        await settle();
        expect(world.dialled.at(-1)?.leg.told.at(-1)).toBe("end cancelled");
        expect(callee.leg.told.at(-1)).toBe("end hungUp");
        expect(world.media.held).toBe(0);
        expect(world.calls).toBe(0);
    });

    it("shows each party the other one", async () => {
        const { caller, callee } = await world.connected();
        asksFor(callee, toBob);
        const target = await world.answers();
        expect(caller.leg.told).toContain("showParty user");
        expect(target.leg.told).toContain("showParty anonymous");
    });

    it("is placed for the user of a call by a command", async () => {
        const { caller, callee } = await world.connected();
        expect(world.command("c1", toBob)).toBe("placed");
        await world.answers();
        expect(callee.leg.told.slice(-2)).toEqual(["transfer done", "end replaced"]);
        expect(caller.leg.told).not.toContain("end replaced");
        expect(world.command("c9", toBob)).toBe("rejected");
    });

    it("joins two calls of the same party", async () => {
        const first = await world.connected();
        const second = await world.connected();
        asksFor(first.callee, { kind: "call", leg: second.caller.leg });
        await settle();
        expect(first.callee.leg.told.slice(-3)).toEqual(["transfer placed", "transfer done", "end replaced"]);
        expect(second.caller.leg.told.at(-1)).toBe("end replaced");
        second.callee.says({ kind: "ended", cause: "hungUp" });
        await settle();
        expect(first.caller.leg.told.at(-1)).toBe("end hungUp");
        expect(world.media.held).toBe(0);
    });

    it.each(["c1", "c2"])("leaves a call that is ended for both parties by its part %s", async (part) => {
        const { caller, callee } = await world.connected();
        asksFor(callee, toBob);
        const target = await world.answers();
        world.end(part);
        await settle();
        expect([caller.leg.told.at(-1), target.leg.told.at(-1)]).toEqual(["end hungUp", "end hungUp"]);
        expect(world.media.held).toBe(0);
        expect(world.calls).toBe(0);
    });

    it("is refused for a call that has ended", async () => {
        const { callee } = await world.connected();
        asksFor(callee, { kind: "call", leg: new FakeLeg() });
        await settle();
        expect(callee.leg.told.at(-1)).toBe("transfer failed notFound");
    });

    it("can be repeated for the party that came", async () => {
        const { caller, callee } = await world.connected();
        asksFor(callee, toBob);
        const bobs = await world.answers();
        asksFor(bobs, toBob);
        const last = await world.answers();
        expect(bobs.leg.told.at(-1)).toBe("end replaced");
        caller.says({ kind: "ended", cause: "hungUp" });
        await settle();
        expect(last.leg.told.at(-1)).toBe("end hungUp");
        expect(world.media.held).toBe(0);
        expect(world.calls).toBe(0);
    });
});
