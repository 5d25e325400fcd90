import { beforeEach, describe, expect, it } from "vitest";
import type { CalledParty } from "../../../lib/numbering/CalledParty.ts";
import type { CallTarget } from "../../../lib/ports/CallIntake.ts";
import type { ReferTarget } from "../../../lib/ports/CallLeg.ts";
import { phone } from "../../support/descriptions.ts";
import { FakeLeg } from "../../support/FakeLeg.ts";
import { settle } from "../../support/settle.ts";
import { alice, asksFor, type Party, toBob, TransferWorld } from "./TransferWorld.ts";

describe("a caller who takes the place of a party in another call", () => {
    let world: TransferWorld;
    beforeEach(() => {
        world = new TransferWorld();
    });

    it.each(["caller", "callee"] as const)("is connected with the other party, and the %s is ended", async (by) => {
        const call = await world.connected();
        const [leaves, stays] = by === "caller" ? [call.caller, call.callee] : [call.callee, call.caller];
        const comes = await world.takes(leaves.leg);
        expect(comes.leg.told.filter((told) => told.startsWith("accept"))).toHaveLength(1);
        expect(leaves.leg.told.at(-1)).toBe("end replaced");
        expect(stays.leg.told).toContain("showParty anonymous");
        comes.says({ kind: "ended", cause: "hungUp" });
        await settle();
        expect(stays.leg.told.at(-1)).toBe("end hungUp");
        expect(world.media.held).toBe(0);
        expect(world.calls).toBe(0);
    });

    it("is hung up if that call has ended meanwhile", async () => {
        const { caller, callee } = await world.connected();
        caller.says({ kind: "ended", cause: "hungUp" });
        await settle();
        const comes = await world.takes(callee.leg);
        expect(comes.leg.told.at(-1)).toBe("end notFound");
        expect(world.media.held).toBe(0);
        expect(world.calls).toBe(0);
    });

    it("is hung up if the call is transferred otherwise meanwhile, and that call goes on", async () => {
        const { caller, callee } = await world.connected();
        asksFor(callee, toBob);
        await settle();
        const comes = await world.takes(caller.leg);
        expect(comes.leg.told.at(-1)).toBe("end unavailable");
        expect(callee.leg.told.at(-1)).toBe("transfer placed");
        expect(caller.leg.told.at(-1)).toMatch(/^accept /);
    });

    it("finds a place only in a connected call that is not being transferred", async () => {
        const { caller, callee } = await world.connected();
        expect(world.partnerOf(caller.leg)).toEqual({ kind: "user", user: alice });
        expect(world.partnerOf(callee.leg)).toEqual({ kind: "anonymous" });
        expect(world.partnerOf(new FakeLeg())).toBeUndefined();
        asksFor(callee, toBob);
        expect(world.partnerOf(caller.leg)).toBeUndefined();
    });
});

describe("a caller who picks up a call that rings elsewhere", () => {
    let world: TransferWorld;
    let caller: Party;
    let callee: Party;
    beforeEach(async () => {
        world = new TransferWorld();
        ({ caller, callee } = await world.ringing());
    });

    const answers = ({ leg }: Party): readonly string[] => leg.told.filter((told) => told.startsWith("accept"));

    it("is connected with its caller, and the phone that rang receives that it was answered elsewhere", async () => {
        expect(world.partnerOf(callee.leg)).toEqual({ kind: "anonymous" });
        const picker = await world.takes(callee.leg);
        expect(callee.leg.told.at(-1)).toBe("end answeredElsewhere");
        expect(answers(caller)).toHaveLength(1);
        expect(answers(picker)).toHaveLength(1);
        expect(caller.leg.told).toContain("showParty anonymous");
        picker.says({ kind: "ended", cause: "hungUp" });
        await settle();
        expect(caller.leg.told.at(-1)).toBe("end hungUp");
        expect(world.media.held).toBe(0);
        expect(world.calls).toBe(0);
    });

    it("is hung up if the caller has given up meanwhile", async () => {
        caller.says({ kind: "ended", cause: "cancelled" });
        const picker = await world.takes(callee.leg);
        expect(picker.leg.told.at(-1)).toBe("end notFound");
        expect(world.media.held).toBe(0);
        expect(world.calls).toBe(0);
    });

    it.each([
        ["the caller gives up", () => caller.says({ kind: "ended", cause: "cancelled" }), "end cancelled"],
        [
            "the phone that rings answers",
            () => callee.says({ kind: "answered", sdp: phone({ port: 40_002 }) }),
            "end answeredElsewhere",
        ],
    ])("is hung up if %s while it picks up", async (_, happens, end) => {
        const open = world.media.open.bind(world.media);
        world.media.open = (request, report) => {
            // the further leg of the call that rings
            if (request.leg !== undefined) happens();
            return open(request, report);
        };
        const picker = await world.takes(callee.leg);
        expect(picker.leg.told.at(-1)).toBe(end);
    });
});

describe("a transfer that the party that stays can carry out itself", () => {
    const onTrunk: CallTarget = {
        network: "sip",
        media: "rtp",
        callee: { kind: "number", number: "+442079460601" } as CalledParty,
        caller: alice,
        trunks: ["pbx"],
    };
    let world: TransferWorld;
    let caller: Party;
    let callee: Party;
    let asked: ReferTarget[];

    beforeEach(async () => {
        world = new TransferWorld();
        world.route = { kind: "targets", targets: [onTrunk] };
        ({ caller, callee } = await world.connected());
        asked = [];
        caller.leg.referrer = {
            reaches: () => true,
            refer: (target) => {
                asked.push(target);
                return Promise.resolve();
            },
        };
    });

    function reports(...stages: ("placed" | "ringing" | "done")[]): void {
        for (const stage of stages) caller.says({ kind: "referral", progress: { stage } });
    }

    it("is not placed by the bridge, which leaves the call when it is done", async () => {
        asksFor(callee, toBob);
        await settle();
        expect(asked).toEqual([{ kind: "dialled", target: onTrunk }]);
        reports("placed", "ringing", "done");
        await settle();
        expect(callee.leg.told.slice(-4)).toEqual([
            "transfer placed",
            "transfer ringing",
            "transfer done",
            "end replaced",
        ]);
        expect(caller.leg.told.at(-1)).toBe("end replaced");
        expect(world.dialled).toHaveLength(1);
        expect(world.media.held).toBe(0);
        expect(world.calls).toBe(0);
    });

    it("returns to the call if it fails", async () => {
        asksFor(callee, toBob);
        await settle();
        caller.says({ kind: "referral", progress: { stage: "failed", cause: "busy" } });
        await settle();
        expect(callee.leg.told.at(-1)).toBe("transfer failed busy");
        expect(world.calls).toBe(1);
        // late, repeated or hostile
        reports("done");
        await settle();
        expect(world.calls).toBe(1);
    });

    it("is carried out by the bridge if the party rejects it", async () => {
        asksFor(callee, toBob);
        await settle();
        caller.says({ kind: "referralRejected", cause: "networkFailure" });
        const target = await world.answers();
        expect(callee.leg.told.slice(-3)).toEqual(["transfer placed", "transfer done", "end replaced"]);
        caller.says({ kind: "ended", cause: "hungUp" });
        await settle();
        expect(target.leg.told.at(-1)).toBe("end hungUp");
        expect(world.media.held).toBe(0);
        expect(world.calls).toBe(0);
    });

    it("connects the parties of both calls if the party rejects an attended transfer", async () => {
        const second = await world.connected();
        asksFor(callee, { kind: "call", leg: second.callee.leg });
        await settle();
        caller.says({ kind: "referralRejected", cause: "rejectedByNetwork" });
        await settle();
        expect(callee.leg.told.at(-1)).toBe("end replaced");
        expect(second.callee.leg.told.at(-1)).toBe("end replaced");
        caller.says({ kind: "ended", cause: "hungUp" });
        await settle();
        expect(second.caller.leg.told.at(-1)).toBe("end hungUp");
        expect(world.media.held).toBe(0);
        expect(world.calls).toBe(0);
    });

    it("fails if the party rejects an attended transfer to a call that has ended meanwhile", async () => {
        const second = await world.connected();
        asksFor(callee, { kind: "call", leg: second.callee.leg });
        second.callee.says({ kind: "ended", cause: "hungUp" });
        await settle();
        caller.says({ kind: "referralRejected", cause: "rejectedByNetwork" });
        await settle();
        expect(callee.leg.told.at(-1)).toBe("transfer failed notFound");
        expect(world.calls).toBe(1);
    });

    it.each(["again", "without a transfer"])("goes on if the party rejects it %s", async (when) => {
        if (when === "again") {
            asksFor(callee, toBob);
            await settle();
            caller.says({ kind: "referral", progress: { stage: "failed", cause: "busy" } });
        }
        caller.says({ kind: "referralRejected", cause: "networkFailure" });
        await settle();
        expect(world.calls).toBe(1);
        expect(caller.leg.told.filter((told) => told.startsWith("end"))).toEqual([]);
    });

    it("names the other party of the transferor's second call", async () => {
        const second = await world.connected();
        asksFor(callee, { kind: "call", leg: second.callee.leg });
        await settle();
        expect(asked).toEqual([{ kind: "call", leg: second.caller.leg }]);
    });

    it("is carried out by the bridge if the party does not reach the target", async () => {
        caller.leg.referrer = { reaches: () => false, refer: () => Promise.reject(new Error("never asked")) };
        asksFor(callee, toBob);
        await world.answers();
        expect(callee.leg.told.slice(-2)).toEqual(["transfer done", "end replaced"]);
    });
});
