import { describe, expect, it } from "vitest";
import { acknowledging, bob } from "../../../support/sip-server/callScripts.ts";
import { callHeaders, laterHeaders, ScriptedPeer } from "../../../support/sip-server/ScriptedPeer.ts";
import { header, request, response, sdp, type Side, Stage } from "../../../support/sip-server/Stage.ts";

const reliable = { headers: [header("Require", "100rel")], body: sdp };

/** Sends PRACK for every reliable response, and ACK for every 2xx. */
function pracking(side: Side): Side {
    const acknowledge = acknowledging(side).app.onResponseDo;
    side.app.onResponseDo = (told, engine) => {
        if (told.message.headers.get("Require") === "100rel" && told.dialogId !== undefined) {
            void engine.send(request("PRACK", bob, { dialogId: told.dialogId }));
        }
        acknowledge(told, engine);
    };
    return side;
}

const supported = { headers: [header("Supported", "100rel")], body: sdp };

describe("a reliable provisional response", () => {
    it("is acknowledged by PRACK, and the 2xx waits for that to be answered", async () => {
        const stage = new Stage();
        const caller = pracking(stage.side("192.0.2.1"));
        const callee = stage.side("192.0.2.2");
        const order: string[] = [];
        callee.app.onRequestDo = ({ transactionId, message }, engine) => {
            if (message.method === "INVITE") {
                void engine.respond(transactionId, response(183, reliable)).then(() => order.push("183 sent"));
                void engine.respond(transactionId, response(200, { body: sdp })).then(() => order.push("200 sent"));
            } else if (message.method === "PRACK") {
                order.push("PRACK told");
                void engine.respond(transactionId, response(200));
            }
        };
        await caller.engine.send(request("INVITE", bob, supported));
        await stage.pass(300);
        expect(order).toEqual(["183 sent", "PRACK told", "200 sent"]);
        expect(stage.network.story).toEqual([
            "192.0.2.1> INVITE",
            "192.0.2.2> 100 INVITE",
            "192.0.2.2> 183 INVITE",
            "192.0.2.1> PRACK",
            "192.0.2.2> 200 PRACK",
            "192.0.2.2> 200 INVITE",
            "192.0.2.1> ACK",
        ]);
        const rseq = stage.network.log[2]?.message.headers.get("RSeq");
        const invite = stage.network.log[0]?.message.headers.get("CSeq");
        expect(stage.network.log[3]?.message.headers.get("RAck")).toBe(`${rseq} ${invite}`);
        expect(stage.network.log[6]?.message.headers.get("CSeq")).toBe(invite?.replace("INVITE", "ACK"));
        await caller.engine.send(request("BYE", "", { dialogId: caller.app.responses[0]?.dialogId ?? "" }));
        await stage.pass(9000);
        await stage.expectNothingLeft(caller, callee);
    });

    it("is repeated while no PRACK comes; told once; then the INVITE is refused 504", async () => {
        const stage = new Stage();
        const caller = stage.side("192.0.2.1");
        const callee = stage.side("192.0.2.2");
        callee.app.onRequestDo = ({ transactionId }, engine) =>
            void engine.respond(transactionId, response(183, reliable));
        await caller.engine.send(request("INVITE", bob, supported));
        await stage.pass(31_000, 100);
        // At 0, 0.5, 1.5, 3.5, 7.5, 15.5 seconds: no cap here (RFC 3262 3).
        expect(stage.network.story.filter((line) => line === "192.0.2.2> 183 INVITE")).toHaveLength(6);
        await stage.pass(2000);
        expect(caller.app.told).toEqual(["183 INVITE", "504 INVITE"]);
        expect(callee.app.told, "the callee need not ring on").toEqual(["INVITE", "cancel"]);
        await stage.expectNothingLeft(caller, callee);
    });

    it("is refused to the application if the peer does not know 100rel", async () => {
        const stage = new Stage();
        const caller = stage.side("192.0.2.1");
        const callee = stage.side("192.0.2.2");
        await caller.engine.send(request("INVITE", bob, { body: sdp }));
        await stage.pass(50);
        const { transactionId } = callee.app.requests[0] ?? { transactionId: "" };
        expect(await callee.engine.respond(transactionId, response(183, reliable))).toMatchObject({
            text: "Remote endpoint does not support 100rel",
        });
        await callee.engine.respond(transactionId, response(486));
        await stage.expectNothingLeft(caller, callee);
    });

    it("goes one at a time, in the order of the application", async () => {
        const stage = new Stage();
        const caller = pracking(stage.side("192.0.2.1"));
        const callee = stage.side("192.0.2.2");
        callee.app.onRequestDo = ({ transactionId, message }, engine) => {
            if (message.method === "PRACK") void engine.respond(transactionId, response(200));
            if (message.method !== "INVITE") return;
            for (const status of [183, 180, 200]) {
                void engine.respond(transactionId, response(status, status < 200 ? reliable : { body: sdp }));
            }
        };
        await caller.engine.send(request("INVITE", bob, supported));
        await stage.pass(500);
        expect(caller.app.told).toEqual(["183 INVITE", "200 PRACK", "180 INVITE", "200 PRACK", "200 INVITE"]);
        await caller.engine.send(request("BYE", "", { dialogId: caller.app.responses[0]?.dialogId ?? "" }));
        await stage.pass(9000);
        await stage.expectNothingLeft(caller, callee);
    });

    it("out of order is not told: a lost one comes again", async () => {
        const stage = new Stage();
        const caller = stage.side("192.0.2.1");
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        await caller.engine.send(request("INVITE", bob, supported));
        await stage.pass(50);
        const ring = (rseq: number): void =>
            peer.respond(peer.request("INVITE"), {
                status: 180,
                toTag: "a",
                with: [peer.contact, ["Require", "100rel"], ["RSeq", String(rseq)]],
            });
        for (const rseq of [7, 7, 9, 8]) ring(rseq);
        await stage.pass(50);
        expect(caller.app.responses.map(({ message }) => message.headers.get("RSeq"))).toEqual(["7", "8"]);
        peer.respond(peer.request("INVITE"), { status: 486, toTag: "a" });
        await stage.expectNothingLeft(caller);
    });

    it("to our re-INVITE is acknowledged too", async () => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        await caller.engine.send(request("INVITE", bob, { body: sdp }));
        await stage.pass(50);
        peer.respond(peer.request("INVITE"), { status: 200, toTag: "a", with: [peer.contact] });
        await stage.pass(50);
        const dialogId = caller.app.responses[0]?.dialogId ?? "";
        await caller.engine.send(request("INVITE", "", { dialogId, ...supported }));
        await stage.pass(50);
        const again = peer.request("INVITE");
        for (const rseq of ["5", "5", "7"]) {
            peer.respond(again, { status: 183, with: [peer.contact, ["Require", "100rel"], ["RSeq", rseq]] });
        }
        await stage.pass(50);
        expect(caller.app.told).toEqual(["200 INVITE", "183 INVITE"]);
        expect(await caller.engine.send(request("PRACK", "", { dialogId }))).toMatchObject({ kind: "sent" });
        await stage.pass(50);
        expect(peer.request("PRACK").headers.get("RAck")).toBe(`5 ${again.headers.get("CSeq")}`);
        peer.respond(peer.request("PRACK"), { status: 200 });
        peer.respond(again, { status: 200, with: [peer.contact] });
        await stage.pass(100);
        expect(peer.heard.at(-1)).toBe("ACK");
        await caller.engine.send(request("BYE", "", { dialogId }));
        await stage.pass(50);
        peer.respond(peer.request("BYE"), { status: 200 });
        await stage.expectNothingLeft(caller);
    });

    it("with a PRACK for another is answered 481", async () => {
        const stage = new Stage();
        const us = stage.side("192.0.2.1");
        us.app.onRequestDo = ({ transactionId }, engine) => void engine.respond(transactionId, response(183, reliable));
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        peer.send("INVITE", "sip:us@192.0.2.1", callHeaders(peer, "1 INVITE", [["Supported", "100rel"]]), sdp);
        await stage.pass(50);
        const toTag = (peer.response("INVITE").headers.get("To") ?? "").split("tag=")[1] ?? "";
        peer.send("PRACK", "sip:us@192.0.2.1", laterHeaders(peer, "2 PRACK", toTag, [["RAck", "1 1 INVITE"]]));
        await stage.pass(50);
        expect(peer.response("PRACK").status).toBe(481);
        expect(us.app.told).toEqual(["INVITE"]);
        await stage.expectNothingLeft(us);
    });
});
