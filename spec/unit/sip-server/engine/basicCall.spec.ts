import { describe, expect, it } from "vitest";
import { acknowledging, answering, bob, ringing } from "../../../support/sip-server/callScripts.ts";
import { nothing, request, response, sdp, Stage } from "../../../support/sip-server/Stage.ts";

describe.each(["udp", "tcp"] as const)("a call over %s", (protocol) => {
    it("is set up, and ended by the caller", async () => {
        const stage = new Stage(protocol);
        const caller = acknowledging(stage.side("192.0.2.1"));
        const callee = answering(stage.side("192.0.2.2"));
        const sent = await caller.engine.send(request("INVITE", bob, { body: sdp }));
        expect(sent).toMatchObject({ kind: "sent", meta: { source: "application", remoteAddress: "192.0.2.2" } });
        await stage.pass(200);
        expect(caller.app.told).toEqual(["180 INVITE", "200 INVITE"]);
        expect(callee.app.told).toEqual(["INVITE", "ACK"]);
        const dialogId = caller.app.responses[1]?.dialogId;
        expect(callee.app.requests[1]?.dialogId).toBe(dialogId);
        const bye = await caller.engine.send(request("BYE", "sip:placeholder", { dialogId: dialogId ?? "" }));
        expect(bye.kind).toBe("sent");
        await stage.pass(200);
        expect(stage.network.story).toEqual([
            "192.0.2.1> INVITE",
            "192.0.2.2> 100 INVITE",
            "192.0.2.2> 180 INVITE",
            "192.0.2.2> 200 INVITE",
            "192.0.2.1> ACK",
            "192.0.2.1> BYE",
            "192.0.2.2> 200 BYE",
        ]);
        await stage.expectNothingLeft(caller, callee);
        expect(caller.app.endedDialogs).toEqual([dialogId]);
        expect(callee.app.endedDialogs).toEqual([dialogId]);
        expect(caller.app.records.map(({ kind }) => kind)).toEqual(["attempt", "start", "stop"]);
        expect(callee.app.records.at(-1)).toMatchObject({ kind: "stop", end: "normal-release" });
    });

    it("that rings for long repeats its provisional response each minute (RFC 3261 13.3.1.1)", async () => {
        const stage = new Stage(protocol);
        const caller = acknowledging(stage.side("192.0.2.1"));
        const callee = ringing(stage.side("192.0.2.2"));
        await caller.engine.send(request("INVITE", bob, { body: sdp }));
        await stage.pass(150_000, 500);
        expect(stage.network.story.filter((line) => line === "192.0.2.2> 180 INVITE")).toHaveLength(3);
        await callee.engine.respond(callee.app.requests[0]?.transactionId ?? "", response(486));
        await stage.expectNothingLeft(caller, callee);
    });

    it("is ended by the callee", async () => {
        const stage = new Stage(protocol);
        const caller = acknowledging(stage.side("192.0.2.1"));
        const callee = answering(stage.side("192.0.2.2"));
        await caller.engine.send(request("INVITE", bob, { body: sdp }));
        await stage.pass(200);
        caller.app.onRequestDo = ({ transactionId }, engine) => void engine.respond(transactionId, response(200));
        const dialogId = callee.app.requests[1]?.dialogId ?? "";
        await callee.engine.send(request("BYE", "sip:placeholder", { dialogId }));
        await stage.pass(200);
        expect(caller.app.told.at(-1)).toBe("BYE");
        expect(callee.app.told.at(-1)).toBe("200 BYE");
        await stage.expectNothingLeft(caller, callee);
    });

    it("is refused, and the refusal acknowledged by the engine", async () => {
        const stage = new Stage(protocol);
        const caller = stage.side("192.0.2.1");
        const callee = stage.side("192.0.2.2");
        callee.app.onRequestDo = ({ transactionId }, engine) => void engine.respond(transactionId, response(486));
        await caller.engine.send(request("INVITE", bob, { body: sdp }));
        await stage.pass(200);
        expect(caller.app.told).toEqual(["486 INVITE"]);
        expect(callee.app.told).toEqual(["INVITE"]);
        expect(stage.network.story.at(-1)).toBe("192.0.2.1> ACK");
        expect(await caller.engine.send(request("ACK", bob, { body: nothing }))).toMatchObject({ reason: "ackIsOurs" });
        await stage.expectNothingLeft(caller, callee);
        expect(callee.app.records.map(({ kind }) => kind)).toEqual(["attempt", "stop"]);
    });

    it.each(["OPTIONS", "INFO", "MESSAGE", "REGISTER", "PUBLISH"])("takes %s outside of calls", async (method) => {
        const stage = new Stage(protocol);
        const caller = stage.side("192.0.2.1");
        const callee = answering(stage.side("192.0.2.2"));
        await caller.engine.send(request(method, bob));
        await stage.pass(200);
        expect(caller.app.told).toEqual([`200 ${method}`]);
        await stage.expectNothingLeft(caller, callee);
    });
});
