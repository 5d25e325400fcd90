import { describe, expect, it } from "vitest";
import { acknowledging, bob } from "../../../support/sip-server/callScripts.ts";
import { callHeaders, ScriptedPeer } from "../../../support/sip-server/ScriptedPeer.ts";
import { header, request, response, sdp, type Side, Stage } from "../../../support/sip-server/Stage.ts";

/** Answers with these headers. */
function answeringWith(side: Side, headers: readonly [string, string][]): Side {
    side.app.onRequestDo = ({ transactionId, message }, engine) => {
        if (message.method === "ACK") return;
        const extra = headers.map(([name, value]) => header(name, value));
        void engine.respond(
            transactionId,
            response(200, { headers: extra, ...(message.method === "INVITE" ? { body: sdp } : {}) }),
        );
    };
    return side;
}

async function call(stage: Stage, caller: Side, headers: readonly [string, string][]): Promise<string> {
    const fields = headers.map(([name, value]) => header(name, value));
    await caller.engine.send(request("INVITE", bob, { headers: fields, body: sdp }));
    await stage.pass(200);
    return caller.app.responses.at(-1)?.dialogId ?? "";
}

/** An outbound call of 90 s whose peer has just got our first refresh. */
async function refreshingCall() {
    const stage = new Stage();
    const caller = acknowledging(stage.side("192.0.2.1"));
    const peer = new ScriptedPeer(stage, "192.0.2.2");
    await caller.engine.send(request("INVITE", bob, { headers: [header("Session-Expires", "90")], body: sdp }));
    await stage.pass(50);
    peer.respond(peer.request("INVITE"), { status: 200, toTag: "a", with: [peer.contact, update] });
    await stage.pass(46_000, 500);
    return { stage, caller, peer, dialogId: caller.app.responses.at(-1)?.dialogId ?? "" };
}

const timer: [string, string] = ["Supported", "timer"];
const update: [string, string] = ["Allow", "INVITE, UPDATE, BYE"];

describe("session timers (RFC 4028)", () => {
    it.each([
        ["the caller, by UPDATE", "uac", [update], "192.0.2.1> UPDATE"],
        ["the callee, by UPDATE", "uas", [update], "192.0.2.2> UPDATE"],
        ["the caller, by re-INVITE", "uac", [], "192.0.2.1> INVITE"],
        ["the callee, by re-INVITE", "uas", [], "192.0.2.2> INVITE"],
    ] as const)("are refreshed at half time by %s", async (_who, refresher, allow, line) => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const callee = answeringWith(stage.side("192.0.2.2"), [...allow]);
        const dialogId = await call(stage, caller, [
            ["Session-Expires", `100;refresher=${refresher}`],
            timer,
            ...allow,
        ]);
        const before = stage.network.log.length;
        await stage.pass(49_000, 500);
        expect(stage.network.log).toHaveLength(before);
        await stage.pass(2000);
        expect(stage.network.story[before]).toBe(line);
        const told = caller.app.told.length + callee.app.told.length;
        await stage.pass(200_000, 1000);
        expect(caller.engine.load().dialogs).toBe(1);
        expect(caller.app.told.length + callee.app.told.length).toBeGreaterThan(told);
        await caller.engine.send(request("BYE", "", { dialogId }));
        await stage.pass(500);
        await stage.expectNothingLeft(caller, callee);
        expect(caller.app.byes).toEqual([]);
        expect(callee.app.byes).toEqual([]);
    });

    it("end the call if the refresher is gone", async () => {
        const stage = new Stage();
        const us = answeringWith(stage.side("192.0.2.1"), []);
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        const asked = [["Session-Expires", "90;refresher=uac"] as const, ["Supported", "timer"] as const];
        peer.send("INVITE", "sip:us@192.0.2.1", callHeaders(peer, "1 INVITE", asked), sdp);
        await stage.pass(50);
        const answer = peer.response("INVITE");
        expect(answer.headers.get("Session-Expires")).toBe("90;refresher=uac");
        expect(answer.headers.get("Require")).toBe("timer");
        const to = answer.headers.get("To") ?? "";
        peer.send(
            "ACK",
            "sip:us@192.0.2.1",
            callHeaders(peer, "1 ACK").map(([n, v]) => [n, n === "To" ? to : v]),
        );
        await stage.pass(59_000, 500);
        expect(us.app.byes).toEqual([]);
        await stage.pass(3000, 500);
        expect(us.app.told).toEqual(["INVITE", "ACK", "bye: Session timer expired"]);
        expect(us.app.records.at(-1)).toMatchObject({ kind: "stop", end: "session-expired" });
        await stage.expectNothingLeft(us);
    });

    it("are refused 422 when too short", async () => {
        const stage = new Stage();
        const us = stage.side("192.0.2.1");
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        const asked = [["Session-Expires", "30"] as const, ["Supported", "timer"] as const];
        peer.send("INVITE", "sip:us@192.0.2.1", callHeaders(peer, "1 INVITE", asked), sdp);
        await stage.pass(50);
        expect(peer.response("INVITE")).toMatchObject({ status: 422 });
        expect(peer.response("INVITE").headers.get("Min-SE")).toBe("90");
        expect(us.app.told).toEqual([]);
        await stage.expectNothingLeft(us);
    });

    it.each([401, 407])("go on when the refresh is answered %i: that is a sign of life", async (status) => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        await caller.engine.send(request("INVITE", bob, { headers: [header("Session-Expires", "90")], body: sdp }));
        await stage.pass(50);
        peer.respond(peer.request("INVITE"), { status: 200, toTag: "a", with: [peer.contact, update] });
        for (let round = 1; round <= 4; round++) {
            await stage.pass(46_000, 500);
            peer.respond(peer.request("UPDATE"), { status });
        }
        await stage.pass(30_000, 500);
        expect(caller.app.told).toEqual(["200 INVITE"]);
        await stage.pass(60_000, 500);
        expect(caller.app.told, "no response comes any more").toEqual(["200 INVITE", "bye: Session timer expired"]);
        await stage.expectNothingLeft(caller);
    });

    it("are not refreshed while an INVITE is under way, which refreshes them", async () => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        const accept = (): void =>
            peer.respond(peer.request("INVITE"), {
                status: 200,
                toTag: "a",
                with: [peer.contact, ["Session-Expires", "90;refresher=uac"]],
            });
        await caller.engine.send(request("INVITE", bob, { headers: [header("Session-Expires", "90")], body: sdp }));
        await stage.pass(50);
        accept();
        await stage.pass(40_000, 500);
        const dialogId = caller.app.responses.at(-1)?.dialogId ?? "";
        await caller.engine.send(request("INVITE", "", { dialogId, body: sdp }));
        await stage.pass(100);
        peer.respond(peer.request("INVITE"), { status: 180 });
        await stage.pass(10_000, 500);
        accept();
        await stage.pass(40_000, 500);
        expect(peer.heard).toEqual(["INVITE", "ACK", "INVITE", "ACK"]);
        await caller.engine.send(request("BYE", "", { dialogId }));
        await stage.pass(100);
        peer.respond(peer.request("BYE"), { status: 200 });
        await stage.expectNothingLeft(caller);
    });

    it("are refreshed by re-INVITE with the description both agreed on: not with one the peer refused", async () => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        await caller.engine.send(request("INVITE", bob, { headers: [header("Session-Expires", "90")], body: sdp }));
        await stage.pass(50);
        peer.respond(peer.request("INVITE"), { status: 200, toTag: "a", with: [peer.contact] });
        await stage.pass(100);
        const dialogId = caller.app.responses.at(-1)?.dialogId ?? "";
        await caller.engine.send(request("UPDATE", "", { dialogId, body: Buffer.from("v=0\r\nrefused") }));
        await stage.pass(100);
        peer.respond(peer.request("UPDATE"), { status: 488 });
        await stage.pass(46_000, 500);
        expect(peer.request("INVITE").body).toEqual(sdp);
        peer.respond(peer.request("INVITE"), { status: 481 });
        await stage.pass(100);
        peer.respond(peer.request("BYE"), { status: 200 });
        await stage.expectNothingLeft(caller);
    });

    it("are refreshed with the description said in a 183, if the 200 had none", async () => {
        const stage = new Stage();
        const us = stage.side("192.0.2.1");
        us.app.onRequestDo = ({ transactionId, message }, engine) => {
            if (message.method !== "INVITE") return;
            void engine.respond(transactionId, response(183, { body: sdp }));
            void engine.respond(transactionId, response(200));
        };
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        const asked = [["Session-Expires", "90;refresher=uas"] as const, ["Supported", "timer"] as const];
        peer.send("INVITE", "sip:us@192.0.2.1", callHeaders(peer, "1 INVITE", asked), sdp);
        await stage.pass(50);
        const to = peer.response("INVITE").headers.get("To") ?? "";
        const acked = callHeaders(peer, "1 ACK").map(([n, v]) => [n, n === "To" ? to : v] as const);
        peer.send("ACK", "sip:us@192.0.2.1", acked);
        await stage.pass(46_000, 500);
        expect(peer.request("INVITE").body).toEqual(sdp);
        peer.respond(peer.request("INVITE"), { status: 481 });
        await stage.pass(100);
        peer.respond(peer.request("BYE"), { status: 200 });
        await stage.expectNothingLeft(us);
    });

    it("are refreshed for longer, with Min-SE, when the refresh is refused as too short", async () => {
        const { stage, caller, peer, dialogId } = await refreshingCall();
        peer.respond(peer.request("UPDATE"), { status: 422, with: [["Min-SE", "1800"]] });
        await stage.pass(300);
        const longer = peer.request("UPDATE").headers;
        expect(longer.get("Session-Expires")).toBe("1800;refresher=uac");
        expect(longer.get("Min-SE")).toBe("1800");
        const agreed: [string, string] = ["Session-Expires", "1800;refresher=uac"];
        peer.respond(peer.request("UPDATE"), { status: 200, with: [peer.contact, agreed] });
        await stage.pass(901_000, 1000);
        expect(peer.heard.filter((title) => title === "UPDATE")).toHaveLength(3);
        expect(peer.request("UPDATE").headers.get("Min-SE"), "also later (RFC 4028 7.4)").toBe("1800");
        peer.respond(peer.request("UPDATE"), { status: 200, with: [peer.contact, agreed] });
        await caller.engine.send(request("BYE", "", { dialogId }));
        await stage.pass(100);
        peer.respond(peer.request("BYE"), { status: 200 });
        await stage.expectNothingLeft(caller);
    });

    it.each([
        ["ever more", (asked: number) => `${asked + 1}`],
        ["the same", () => "120"],
        ["nothing", () => ""],
    ])(
        "are not refreshed as fast as a peer refuses them that finds them too short and asks for %s",
        async (_what, least) => {
            const { stage, caller, peer } = await refreshingCall();
            let refusals = 0;
            peer.onMessage = (message) => {
                if (message.kind !== "request") return;
                const asked = Number.parseInt(message.headers.get("Session-Expires") ?? "0");
                if (message.method === "UPDATE") refusals += 1;
                peer.respond(
                    message,
                    message.method === "BYE" ? { status: 200 } : { status: 422, with: [["Min-SE", least(asked)]] },
                );
            };
            peer.onMessage(peer.request("UPDATE"), caller.transport.flowTo({ address: peer.address, port: 5060 }));
            await stage.pass(60_000, 100);
            expect(caller.app.told.at(-1)).toBe("bye: Session timer expired");
            expect(refusals).toBeLessThan(10);
            await stage.expectNothingLeft(caller);
        },
    );

    it("end the call when the refresh is answered 481", async () => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        await caller.engine.send(request("INVITE", bob, { headers: [header("Session-Expires", "90")], body: sdp }));
        await stage.pass(50);
        peer.respond(peer.request("INVITE"), { status: 200, toTag: "a", with: [peer.contact, update] });
        await stage.pass(46_000, 500);
        peer.respond(peer.request("UPDATE"), { status: 481 });
        await stage.pass(100);
        expect(caller.app.told).toEqual(["200 INVITE", "bye: Session timer expired"]);
        await stage.expectNothingLeft(caller);
    });
});
