import { describe, expect, it } from "vitest";
import { acknowledging, answering, bob, ringing } from "../../../support/sip-server/callScripts.ts";
import { fairWeather } from "../../../support/sip-server/MemoryNetwork.ts";
import { ScriptedPeer } from "../../../support/sip-server/ScriptedPeer.ts";
import { request, sdp, Stage } from "../../../support/sip-server/Stage.ts";

describe("stopping", () => {
    it("refuses what is new, ends what is under way, and leaves no timer", async () => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const callee = answering(stage.side("192.0.2.2"));
        const waiting = ringing(stage.side("192.0.2.3"));
        await caller.engine.send(request("INVITE", bob, { body: sdp }));
        await caller.engine.send(request("INVITE", "sip:c@192.0.2.3", { body: sdp }));
        await stage.pass(200);
        const closed = caller.engine.close(5000);
        await stage.pass(1000);
        await closed;
        expect(callee.app.told.at(-1)).toBe("BYE");
        expect(waiting.app.told.at(-1)).toBe("cancel");
        expect(caller.engine.load()).toMatchObject({ transactions: 0, dialogs: 0, timers: 0 });
        expect(await caller.engine.send(request("OPTIONS", bob))).toMatchObject({ reason: "stopping" });
        await stage.expectNothingLeft(caller, callee, waiting);
    });

    it.each(["before", "after"])(
        "waits for the end of an outbound call whose phone sends its first response %s that: it gets CANCEL, and its 487 the ACK",
        async (when) => {
            const stage = new Stage();
            const caller = stage.side("192.0.2.1");
            const phone = new ScriptedPeer(stage, "192.0.2.2");
            await caller.engine.send(request("INVITE", bob, { body: sdp }));
            await stage.pass(100);
            const invite = phone.request("INVITE");
            if (when === "before") phone.respond(invite, { status: 100 });
            await stage.pass(100);
            const closed = caller.engine.close(2_000);
            if (when === "after") phone.respond(invite, { status: 100 });
            await stage.pass(200);
            phone.respond(phone.request("CANCEL"), { status: 200 });
            phone.respond(invite, { status: 487, toTag: "a" });
            await stage.pass(200);
            await closed;
            expect(phone.heard).toEqual(["INVITE", "CANCEL", "ACK"]);
            expect(stage.clock.pending).toBe(0);
        },
    );

    it("repeats a BYE that was lost", async () => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const callee = answering(stage.side("192.0.2.2"));
        await caller.engine.send(request("INVITE", bob, { body: sdp }));
        await stage.pass(200);
        stage.network.weather = () => [];
        const closed = caller.engine.close(2_000);
        await stage.pass(100);
        stage.network.weather = fairWeather;
        await stage.pass(1_000);
        await closed;
        expect(callee.app.told.at(-1)).toBe("BYE");
        await stage.expectNothingLeft(caller, callee);
    });

    it("does not wait longer than it may", async () => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const callee = answering(stage.side("192.0.2.2"));
        await caller.engine.send(request("INVITE", bob, { body: sdp }));
        await stage.pass(200);
        stage.network.weather = () => [];
        const closed = caller.engine.close(2000);
        await stage.pass(2100);
        await closed;
        expect(caller.engine.load()).toMatchObject({ transactions: 0, dialogs: 0, timers: 0 });
        const stopped = callee.engine.close(0);
        await stage.pass(50);
        await stopped;
        expect(stage.clock.pending).toBe(0);
    });
});
