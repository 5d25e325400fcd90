import { describe, expect, it } from "vitest";
import { acknowledging, answering, bob, ringing } from "../../../support/sip-server/callScripts.ts";
import { fairWeather, titleOf } from "../../../support/sip-server/MemoryNetwork.ts";
import { header, request, response, sdp, type Side, Stage } from "../../../support/sip-server/Stage.ts";

async function start(stage: Stage, caller: Side): Promise<string> {
    const sent = await caller.engine.send(request("INVITE", bob, { body: sdp }));
    return sent.kind === "sent" ? sent.transactionId : "";
}

describe("CANCEL", () => {
    it("ends a call that rings: 487 told to the caller, the CANCEL to the callee", async () => {
        const stage = new Stage();
        const caller = stage.side("192.0.2.1");
        const callee = ringing(stage.side("192.0.2.2"));
        const transactionId = await start(stage, caller);
        await stage.pass(100);
        const cancelled = await caller.engine.cancel(transactionId, [header("Reason", "SIP ;cause=200")]);
        expect(cancelled).toMatchObject({ kind: "sent", message: { method: "CANCEL" } });
        await stage.pass(100);
        expect(caller.app.told).toEqual(["180 INVITE", "487 INVITE"]);
        expect(callee.app.told).toEqual(["INVITE", "cancel"]);
        expect(callee.app.cancels[0]?.message.headers.get("Reason")).toBe("SIP ;cause=200");
        const late = await callee.engine.respond(callee.app.requests[0]?.transactionId ?? "", response(487));
        expect(late).toMatchObject({ kind: "refused", text: "Response not sent due to unknown transaction" });
        await stage.expectNothingLeft(caller, callee);
        expect(callee.app.records.at(-1)).toMatchObject({ kind: "stop", end: "call-canceled" });
        expect(caller.app.records.at(-1)).toMatchObject({ kind: "stop", end: "call-canceled" });
    });

    it("is held until a provisional response came", async () => {
        const stage = new Stage();
        stage.network.weather = ({ message }) => [titleOf(message) === "INVITE" ? 300 : 1];
        const caller = stage.side("192.0.2.1");
        const callee = ringing(stage.side("192.0.2.2"));
        const transactionId = await start(stage, caller);
        await caller.engine.cancel(transactionId, []);
        await stage.pass(200);
        expect(stage.network.story).toEqual(["192.0.2.1> INVITE"]);
        await stage.pass(400);
        expect(caller.app.told.at(-1)).toBe("487 INVITE");
        await stage.expectNothingLeft(caller, callee);
    });

    it("of a peer that never answers ends in 408", async () => {
        const stage = new Stage();
        const caller = stage.side("192.0.2.1");
        const transactionId = await start(stage, caller);
        await caller.engine.cancel(transactionId, []);
        await stage.pass(33_000, 500);
        expect(caller.app.told).toEqual(["408 INVITE"]);
        expect(stage.network.story).not.toContain("192.0.2.1> CANCEL");
        await stage.expectNothingLeft(caller);
    });

    it("crossed by a 2xx: the application's ACK, then the engine's BYE", async () => {
        const stage = new Stage();
        stage.network.weather = () => [50];
        const caller = acknowledging(stage.side("192.0.2.1"));
        const callee = ringing(stage.side("192.0.2.2"));
        const transactionId = await start(stage, caller);
        await stage.pass(120);
        callee.app.onRequestDo = answering(stage.side("192.0.2.3")).app.onRequestDo;
        void callee.engine.respond(callee.app.requests[0]?.transactionId ?? "", response(200, { body: sdp }));
        await caller.engine.cancel(transactionId, []);
        await stage.pass(500);
        expect(caller.app.told).toEqual(["180 INVITE", "200 INVITE", "bye: ACK-BYE due to cancel race condition"]);
        expect(caller.app.byes[0]?.message.headers.get("Reason")).toBe(
            'SIP ;cause=200 ;text="ACK-BYE due to cancel race condition"',
        );
        await stage.expectNothingLeft(caller, callee);
        expect(caller.app.records.at(-1)).toMatchObject({ kind: "stop", end: "ackbye" });
    });

    it("that comes after the 2xx and before its ACK is answered 481, and the call ended by BYE: not before the ACK", async () => {
        const stage = new Stage();
        stage.network.weather = ({ message }) => (titleOf(message) === "200 INVITE" ? [] : [1]);
        const caller = stage.side("192.0.2.1");
        const callee = answering(stage.side("192.0.2.2"));
        const transactionId = await start(stage, caller);
        await stage.pass(100);
        await caller.engine.cancel(transactionId, []);
        await stage.pass(100);
        expect(stage.network.story).toContain("192.0.2.2> 481 CANCEL");
        stage.network.weather = fairWeather;
        caller.app.onResponseDo = ({ message, dialogId }, engine) => {
            if (message.status === 200 && dialogId !== undefined)
                void engine.send(request("ACK", "sip:placeholder", { dialogId }));
        };
        await stage.pass(100);
        expect(callee.app.told).toEqual(["INVITE"]);
        await stage.pass(1_000);
        expect(callee.app.told).toEqual(["INVITE", "ACK", "bye: CANCEL after 200 OK"]);
        expect(callee.app.records.at(-1)).toMatchObject({ kind: "stop", end: "call-canceled" });
        await stage.expectNothingLeft(caller, callee);
    });

    it("twice is refused the second time, and so is one for a call that was answered", async () => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const callee = ringing(stage.side("192.0.2.2"));
        const transactionId = await start(stage, caller);
        await stage.pass(100);
        expect((await caller.engine.cancel(transactionId, [])).kind).toBe("sent");
        expect(await caller.engine.cancel(transactionId, [])).toMatchObject({
            text: `unable to cancel unknown transaction id: ${transactionId}`,
        });
        expect(await caller.engine.cancel("nonsense", [])).toMatchObject({ reason: "unknownInvite" });
        await stage.expectNothingLeft(caller, callee);
    });
});

describe("a BYE ordered while it rings", () => {
    it("crossed by the 2xx: the application gets a failure of its INVITE, and the peer a BYE", async () => {
        const stage = new Stage();
        const caller = stage.side("192.0.2.1");
        const callee = ringing(stage.side("192.0.2.2"));
        await caller.engine.send(request("INVITE", bob, { body: sdp }));
        await stage.pass(100);
        stage.network.weather = ({ message }) => [titleOf(message) === "200 INVITE" ? 2_000 : 1];
        const dialogId = caller.app.responses.at(-1)?.dialogId ?? "";
        const transactionId = callee.app.requests[0]?.transactionId ?? "";
        void callee.engine.respond(transactionId, response(200, { body: sdp }));
        void caller.engine.send(request("BYE", "sip:placeholder", { dialogId }));
        await stage.pass(3_000);
        expect(caller.app.told.filter((told) => told.endsWith(" INVITE"))).toEqual(["180 INVITE", "487 INVITE"]);
        expect(stage.network.story).toContain("192.0.2.1> ACK");
        await stage.expectNothingLeft(caller, callee);
    });
});

describe("a BYE ordered before the ACK came", () => {
    async function answeredAndEnded(stage: Stage): Promise<readonly [caller: Side, callee: Side]> {
        const caller = acknowledging(stage.side("192.0.2.1"));
        const callee = answering(stage.side("192.0.2.2"));
        await start(stage, caller);
        await stage.pass(10, 1);
        // The dialog has the same id on both sides.
        const { dialogId = "" } = caller.app.responses.at(-1) ?? {};
        void callee.engine.send(request("BYE", "sip:placeholder", { dialogId }));
        return [caller, callee];
    }

    it("waits for it (RFC 3261 15)", async () => {
        const stage = new Stage();
        stage.network.weather = ({ message }) => (titleOf(message) === "ACK" ? [200] : [1]);
        const [caller, callee] = await answeredAndEnded(stage);
        await stage.pass(150);
        expect(stage.network.story).not.toContain("192.0.2.2> BYE");
        await stage.pass(100);
        expect(stage.network.story.slice(-2)).toEqual(["192.0.2.2> BYE", "192.0.2.1> 200 BYE"]);
        await stage.expectNothingLeft(caller, callee);
    });

    it("leaves when it is clear that it will not come", async () => {
        const stage = new Stage();
        stage.network.weather = ({ message }) => (titleOf(message) === "ACK" ? [] : [1]);
        const [caller, callee] = await answeredAndEnded(stage);
        await stage.pass(31_900, 100);
        expect(stage.network.story).not.toContain("192.0.2.2> BYE");
        await stage.pass(300);
        expect(stage.network.story.slice(-2)).toEqual(["192.0.2.2> BYE", "192.0.2.1> 200 BYE"]);
        await stage.expectNothingLeft(caller, callee);
    });

    it("is sent immediately if the caller hangs up meanwhile", async () => {
        const stage = new Stage();
        stage.network.weather = ({ message }) => (titleOf(message) === "ACK" ? [] : [1]);
        const [caller, callee] = await answeredAndEnded(stage);
        const { dialogId = "" } = caller.app.responses.at(-1) ?? {};
        void caller.engine.send(request("BYE", "sip:placeholder", { dialogId }));
        await stage.pass(10, 1);
        expect(stage.network.story.slice(-4)).toEqual([
            "192.0.2.1> BYE",
            "192.0.2.2> 200 BYE",
            "192.0.2.2> BYE",
            "192.0.2.1> 481 BYE",
        ]);
        await stage.expectNothingLeft(caller, callee);
    });
});

describe("a 2xx without ACK", () => {
    it("is repeated for 32 s, then the call is ended: ACK timeout", async () => {
        const stage = new Stage();
        const caller = stage.side("192.0.2.1");
        const callee = answering(stage.side("192.0.2.2"));
        await start(stage, caller);
        await stage.pass(31_900, 100);
        const repeated = stage.network.story.filter((line) => line === "192.0.2.2> 200 INVITE");
        // At 0, 0.5, 1.5, 3.5, 7.5 seconds, then every four.
        expect(repeated).toHaveLength(11);
        await stage.pass(300);
        expect(callee.app.told).toEqual(["INVITE", "bye: ACK timeout"]);
        await stage.expectNothingLeft(caller, callee);
        expect(callee.app.endedDialogs).toHaveLength(1);
    });

    it("is repeated over TCP too: the ACK comes end to end", async () => {
        const stage = new Stage("tcp");
        const caller = stage.side("192.0.2.1");
        const callee = answering(stage.side("192.0.2.2"));
        await start(stage, caller);
        await stage.pass(1000);
        expect(stage.network.story.filter((line) => line === "192.0.2.2> 200 INVITE")).toHaveLength(2);
        await stage.expectNothingLeft(caller, callee);
    });
});
