import { describe, expect, it } from "vitest";
import { acknowledging, answering, bob } from "../../../support/sip-server/callScripts.ts";
import { callHeaders, laterHeaders, type Pair, ScriptedPeer } from "../../../support/sip-server/ScriptedPeer.ts";
import { header, request, response, sdp, type Side, Stage } from "../../../support/sip-server/Stage.ts";

const us = "sip:us@192.0.2.1";

/** A call a scripted peer made to us, answered and acknowledged. */
async function answeredCall(more: readonly Pair[] = []): Promise<{
    stage: Stage;
    side: Side;
    peer: ScriptedPeer;
    later: (cseq: string, extra?: readonly Pair[]) => Pair[];
    dialogId: string;
}> {
    const stage = new Stage();
    const side = answering(stage.side("192.0.2.1"));
    const peer = new ScriptedPeer(stage, "192.0.2.2");
    peer.send("INVITE", us, callHeaders(peer, "10 INVITE", more), sdp);
    await stage.pass(50);
    const toTag = (peer.response("INVITE").headers.get("To") ?? "").split("tag=")[1] ?? "";
    const later = (cseq: string, extra: readonly Pair[] = []): Pair[] => laterHeaders(peer, cseq, toTag, extra);
    peer.send("ACK", us, later("10 ACK"));
    await stage.pass(50);
    return { stage, side, peer, later, dialogId: "call-1;from-tag=peer" };
}

async function hangUp(stage: Stage, side: Side, peer: ScriptedPeer, dialogId: string): Promise<void> {
    await side.engine.send(request("BYE", "", { dialogId }));
    await stage.pass(100);
    peer.respond(peer.request("BYE"), { status: 200 });
    await stage.expectNothingLeft(side);
}

describe("within a call", () => {
    it("requests go to the remote target by the route set, with rising numbers", async () => {
        const route: Pair[] = [["Record-Route", "<sip:192.0.2.2;lr>, <sip:198.51.100.7;lr>"]];
        const { stage, side, peer, dialogId } = await answeredCall(route);
        expect(peer.response("INVITE").headers.all("Record-Route")).toEqual([route[0]?.[1]]);
        for (const method of ["INFO", "OPTIONS", "MESSAGE"]) {
            const sent = await side.engine.send(request(method, "sip:placeholder", { dialogId }));
            expect(sent.kind).toBe("sent");
            await stage.pass(100);
            const heard = peer.request(method);
            expect(heard.uri).toBe("sip:192.0.2.2");
            expect(heard.headers.list("Route")).toEqual(["<sip:192.0.2.2;lr>", "<sip:198.51.100.7;lr>"]);
            expect(heard.headers.get("From")).toContain("us@192.0.2.1");
            peer.respond(heard, { status: 200 });
        }
        expect(peer.request("MESSAGE").headers.get("CSeq")).toBe("3 MESSAGE");
        await hangUp(stage, side, peer, dialogId);
    });

    it("a lower CSeq gets 500, and is not reported", async () => {
        const { stage, side, peer, later, dialogId } = await answeredCall();
        peer.send("INFO", us, later("12 INFO"));
        peer.send("INFO", us, later("11 INFO"));
        await stage.pass(50);
        expect(peer.heard.slice(-2)).toEqual(["200 INFO", "500 INFO"]);
        expect(side.app.told).toEqual(["INVITE", "ACK", "INFO"]);
        await hangUp(stage, side, peer, dialogId);
    });

    it.each(["INVITE", "UPDATE"])("%s moves the remote target", async (method) => {
        const { stage, side, peer, later, dialogId } = await answeredCall();
        const moved = later(`11 ${method}`).map(([name, value]): Pair => [
            name,
            name === "Contact" ? "<sip:moved@192.0.2.2>" : value,
        ]);
        peer.send(method, us, moved);
        await stage.pass(50);
        expect(peer.response(method).status).toBe(200);
        if (method === "INVITE") peer.send("ACK", us, later("11 ACK"));
        await stage.pass(50);
        await side.engine.send(request("INFO", "", { dialogId }));
        await stage.pass(100);
        expect(peer.request("INFO").uri).toBe("sip:moved@192.0.2.2");
        peer.respond(peer.request("INFO"), { status: 200 });
        await hangUp(stage, side, peer, dialogId);
    });

    it("an INVITE crossing ours is answered 491", async () => {
        const { stage, side, peer, later, dialogId } = await answeredCall();
        await side.engine.send(request("INVITE", "", { dialogId, body: sdp }));
        peer.send("INVITE", us, later("11 INVITE"), sdp);
        await stage.pass(100);
        expect(peer.response("INVITE").status).toBe(491);
        peer.send("ACK", us, later("11 ACK"), undefined, peer.response("INVITE").headers.list("Via")[0]);
        peer.respond(peer.request("INVITE"), { status: 491, toTag: "x" });
        await stage.pass(100);
        expect(side.app.told.at(-1)).toBe("491 INVITE");
        await hangUp(stage, side, peer, dialogId);
    });

    it("an INVITE before the one before it was answered gets 500 and Retry-After", async () => {
        const { stage, side, peer, later, dialogId } = await answeredCall();
        side.app.onRequestDo = () => undefined;
        peer.send("INVITE", us, later("11 INVITE"), sdp);
        peer.send("INVITE", us, later("12 INVITE"), sdp);
        await stage.pass(50);
        expect(peer.response("INVITE").status).toBe(500);
        expect(peer.response("INVITE").headers.has("Retry-After")).toBe(true);
        expect(side.app.told).toEqual(["INVITE", "ACK", "INVITE"]);
        await hangUp(stage, side, peer, dialogId);
        expect(peer.heard).toContain("487 INVITE");
    });

    it("a second INVITE of the application waits for the first to be acknowledged", async () => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const callee = answering(stage.side("192.0.2.2"));
        await caller.engine.send(request("INVITE", bob, { body: sdp }));
        await stage.pass(100);
        const dialogId = caller.app.responses.at(-1)?.dialogId ?? "";
        const orders = [1, 2, 3].map(() => caller.engine.send(request("INVITE", "", { dialogId, body: sdp })));
        await stage.pass(500);
        expect((await Promise.all(orders)).map(({ kind }) => kind)).toEqual(["sent", "sent", "sent"]);
        expect(callee.app.told).toEqual(["INVITE", "ACK", "INVITE", "ACK", "INVITE", "ACK", "INVITE", "ACK"]);
        await caller.engine.send(request("BYE", "", { dialogId }));
        await stage.expectNothingLeft(caller, callee);
    });

    it("UPDATEs that cross get 491, one too early 500", async () => {
        const { stage, side, peer, later, dialogId } = await answeredCall();
        await side.engine.send(request("UPDATE", "", { dialogId }));
        peer.send("UPDATE", us, later("11 UPDATE"));
        await stage.pass(100);
        expect(peer.response("UPDATE").status).toBe(491);
        peer.respond(peer.request("UPDATE"), { status: 200 });
        side.app.onRequestDo = () => undefined;
        await stage.pass(100);
        peer.send("UPDATE", us, later("12 UPDATE"));
        peer.send("UPDATE", us, later("13 UPDATE"));
        await stage.pass(100);
        expect(peer.response("UPDATE").status).toBe(500);
        await hangUp(stage, side, peer, dialogId);
    });

    it("a BYE the application does not answer is answered by the engine", async () => {
        const { stage, side, peer, later } = await answeredCall();
        side.app.onRequestDo = () => undefined;
        peer.send("BYE", us, later("11 BYE"));
        await stage.pass(9000);
        expect(peer.response("BYE").status).toBe(200);
        expect(side.app.unanswered).toHaveLength(1);
        await stage.expectNothingLeft(side);
    });

    it("a BYE crossing the answer to our INVITE leaves nothing: the answer is acknowledged all the same", async () => {
        const { stage, side, peer, later, dialogId } = await answeredCall();
        await side.engine.send(request("INVITE", "", { dialogId, body: sdp }));
        await stage.pass(50);
        peer.send("BYE", us, later("11 BYE"));
        await stage.pass(50);
        peer.respond(peer.request("INVITE"), { status: 200, toTag: "peer", with: [peer.contact] });
        await stage.pass(100);
        expect(peer.heard.slice(-2)).toEqual(["200 BYE", "ACK"]);
        expect(side.engine.load().dialogs).toBe(0);
        await stage.expectNothingLeft(side);
    });

    it.each(["ours", "the peer's"])("a BYE, %s, cancels our pending INVITE", async (whose) => {
        const { stage, side, peer, later, dialogId } = await answeredCall();
        await side.engine.send(request("INVITE", "", { dialogId, body: sdp }));
        await stage.pass(50);
        peer.respond(peer.request("INVITE"), { status: 180, toTag: "peer" });
        await stage.pass(50);
        if (whose === "ours") await side.engine.send(request("BYE", "", { dialogId }));
        else peer.send("BYE", us, later("11 BYE"));
        await stage.pass(100);
        expect(peer.heard).toContain("CANCEL");
        peer.respond(peer.request("CANCEL"), { status: 200 });
        peer.respond(peer.request("INVITE"), { status: 487, toTag: "peer" });
        if (whose === "ours") peer.respond(peer.request("BYE"), { status: 200 });
        await stage.expectNothingLeft(side);
    });

    it.each(["ours", "the peer's"])("a BYE, %s, ends an INVITE of the peer that is under way", async (whose) => {
        const { stage, side, peer, later, dialogId } = await answeredCall();
        side.app.onRequestDo = () => undefined;
        peer.send("INVITE", us, later("11 INVITE"), sdp);
        await stage.pass(50);
        const { transactionId = "" } = side.app.requests.at(-1) ?? {};
        if (whose === "ours") await side.engine.send(request("BYE", "", { dialogId }));
        else peer.send("BYE", us, later("12 BYE"));
        await stage.pass(50);
        expect(peer.heard).toContain("487 INVITE");
        expect(side.app.unanswered, "no application owns it any more").toEqual([transactionId]);
        expect(await side.engine.respond(transactionId, response(200))).toMatchObject({ reason: "unknownTransaction" });
        if (whose === "ours") peer.respond(peer.request("BYE"), { status: 200 });
        await stage.expectNothingLeft(side);
    });

    it.each(["immediately", "after a while"])(
        "a BYE that was answered %s is not told as unanswered later",
        async (when) => {
            const { stage, side, peer, later } = await answeredCall();
            if (when !== "immediately") side.app.onRequestDo = () => undefined;
            peer.send("BYE", us, later("11 BYE"));
            await stage.pass(100);
            await side.engine.respond(side.app.requests.at(-1)?.transactionId ?? "", response(200));
            await stage.expectNothingLeft(side);
            expect(side.app.unanswered).toEqual([]);
        },
    );

    it("abandoned while its BYE is under way, it gets no second one", async () => {
        const { stage, side, peer, dialogId } = await answeredCall();
        await side.engine.send(request("BYE", "", { dialogId }));
        side.engine.abandonDialog(dialogId);
        await stage.pass(100);
        expect(peer.heard.filter((heard) => heard === "BYE")).toHaveLength(1);
        peer.respond(peer.request("BYE"), { status: 200 });
        await stage.expectNothingLeft(side);
        expect(side.app.byes).toEqual([]);
    });

    it("an UPDATE answered after the BYE starts no session timer", async () => {
        const { stage, side, peer, later } = await answeredCall();
        side.app.onRequestDo = () => undefined;
        peer.send(
            "UPDATE",
            us,
            later("11 UPDATE", [
                ["Session-Expires", "3600"],
                ["Supported", "timer"],
            ]),
        );
        peer.send("BYE", us, later("12 BYE"));
        await stage.pass(50);
        for (const { transactionId, message } of side.app.requests.slice(-2).reverse()) {
            expect(["UPDATE", "BYE"]).toContain(message.method);
            await side.engine.respond(transactionId, response(200));
        }
        await stage.expectNothingLeft(side);
    });

    it("BYEs that cross both get 200, and only the first is reported", async () => {
        const { stage, side, peer, later, dialogId } = await answeredCall();
        await side.engine.send(request("BYE", "", { dialogId }));
        peer.send("BYE", us, later("11 BYE"));
        await stage.pass(100);
        expect(peer.response("BYE").status).toBe(200);
        peer.respond(peer.request("BYE"), { status: 200 });
        await stage.expectNothingLeft(side);
        expect(side.app.told).toEqual(["INVITE", "ACK", "200 BYE"]);
    });

    it("a BYE of the caller while it rings ends the INVITE 487, told as if cancelled", async () => {
        const stage = new Stage();
        const side = stage.side("192.0.2.1");
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        side.app.onRequestDo = ({ transactionId }, engine) => void engine.respond(transactionId, response(180));
        peer.send("INVITE", us, callHeaders(peer, "1 INVITE"), sdp);
        await stage.pass(50);
        const toTag = (peer.response("INVITE").headers.get("To") ?? "").split("tag=")[1] ?? "";
        peer.send("BYE", us, laterHeaders(peer, "2 BYE", toTag));
        await stage.pass(50);
        expect(peer.heard).toEqual(["100 INVITE", "180 INVITE", "487 INVITE", "200 BYE"]);
        expect(side.app.told).toEqual(["INVITE", "cancel"]);
        await stage.expectNothingLeft(side);
    });

    it("a BYE of the callee while it rings is refused to the application: it refuses the INVITE instead", async () => {
        const stage = new Stage();
        const side = stage.side("192.0.2.1");
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        side.app.onRequestDo = ({ transactionId }, engine) => void engine.respond(transactionId, response(180));
        peer.send("INVITE", us, callHeaders(peer, "1 INVITE"), sdp);
        await stage.pass(50);
        const bye = await side.engine.send(request("BYE", "", { dialogId: "call-1;from-tag=peer" }));
        expect(bye).toMatchObject({ kind: "refused", reason: "unknownDialog" });
        await side.engine.respond(side.app.requests[0]?.transactionId ?? "", response(603));
        await stage.pass(50);
        expect(peer.heard).toEqual(["100 INVITE", "180 INVITE", "603 INVITE"]);
        await stage.expectNothingLeft(side);
    });

    it("a challenged BYE leaves the call for a retry, but not endlessly", async () => {
        const { stage, side, peer, dialogId } = await answeredCall();
        await side.engine.send(request("BYE", "", { dialogId }));
        await stage.pass(50);
        peer.respond(peer.request("BYE"), { status: 407 });
        await stage.pass(100);
        expect(side.engine.load().dialogs).toBe(1);
        const retry = await side.engine.send(
            request("BYE", "", { dialogId, headers: [header("Proxy-Authorization", "Digest x")] }),
        );
        expect(retry.kind).toBe("sent");
        await stage.pass(50);
        expect(peer.request("BYE").headers.get("CSeq")).toBe("2 BYE");
        peer.respond(peer.request("BYE"), { status: 407 });
        await stage.expectNothingLeft(side);
    });

    it("a request of a call whose dialog is gone gets 481", async () => {
        const { stage, side, peer, later, dialogId } = await answeredCall();
        await hangUp(stage, side, peer, dialogId);
        for (const [number, method] of ["BYE", "INVITE", "UPDATE", "INFO", "PRACK", "NOTIFY", "REFER"].entries()) {
            peer.send(method, us, later(`${20 + number} ${method}`));
            await stage.pass(50);
            expect(peer.response(method).status, method).toBe(481);
        }
        expect(await side.engine.send(request("INFO", "", { dialogId }))).toMatchObject({
            text: "Server error: unable to find dialog for dialog id provided",
        });
        await stage.expectNothingLeft(side);
    });
});
