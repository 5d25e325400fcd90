import { describe, expect, it } from "vitest";
import { answering } from "../../../support/sip-server/callScripts.ts";
import { ScriptedPeer } from "../../../support/sip-server/ScriptedPeer.ts";
import { header, request, sdp, settle, Stage } from "../../../support/sip-server/Stage.ts";

const names = { "pbx.test": ["192.0.2.11", "192.0.2.12", "192.0.2.13"] };

describe("sending outside of calls", () => {
    it("tries the next address with a new branch after silence, and stays with it after an answer", async () => {
        const stage = new Stage("udp", names);
        const us = stage.side("192.0.2.1");
        const second = new ScriptedPeer(stage, "192.0.2.12");
        await us.engine.send(request("OPTIONS", "sip:pbx.test"));
        await stage.pass(32_500, 500);
        expect(second.heard).toEqual(["OPTIONS"]);
        const branches = stage.network.log.map(({ message }) => message.headers.get("Via"));
        expect(branches.at(-1)).not.toBe(branches[0]);
        expect(stage.network.log.at(-1)?.message.headers.get("Call-ID")).toBe(
            stage.network.log[0]?.message.headers.get("Call-ID"),
        );
        second.respond(second.request("OPTIONS"), { status: 200, toTag: "x" });
        await stage.pass(100);
        expect(us.app.told).toEqual(["200 OPTIONS"]);
        expect(us.engine.load().counters.failOvers).toBe(1);
        expect(stage.failures.map(({ address }) => address)).toEqual(["192.0.2.11"]);
        await stage.expectNothingLeft(us);
    });

    it.each(["OPTIONS", "INVITE"])("tries the next address for %s after 503", async (method) => {
        const stage = new Stage("udp", names);
        const us = stage.side("192.0.2.1");
        const peers = names["pbx.test"].map((address) => new ScriptedPeer(stage, address));
        for (const peer of peers) {
            peer.onMessage = (message) => {
                if (message.kind === "request" && message.method === method)
                    peer.respond(message, { status: 503, toTag: "x" });
            };
        }
        await us.engine.send(request(method, "sip:pbx.test", method === "INVITE" ? { body: sdp } : {}));
        await stage.pass(500);
        expect(peers.map(({ heard }) => heard[0])).toEqual([method, method, method]);
        expect(us.app.told).toEqual([`503 ${method}`]);
        await stage.expectNothingLeft(us);
    });

    it("does not try another address once the phone rings", async () => {
        const stage = new Stage("udp", names);
        const us = stage.side("192.0.2.1");
        const first = new ScriptedPeer(stage, "192.0.2.11");
        await us.engine.send(request("INVITE", "sip:pbx.test", { body: sdp }));
        await stage.pass(50);
        first.respond(first.request("INVITE"), { status: 180, toTag: "x", with: [first.contact] });
        first.respond(first.request("INVITE"), { status: 503, toTag: "x" });
        await stage.pass(100);
        expect(us.app.told).toEqual(["180 INVITE", "503 INVITE"]);
        await stage.expectNothingLeft(us);
    });

    it("does not try another address once it is cancelled", async () => {
        const stage = new Stage("udp", names);
        const us = stage.side("192.0.2.1");
        const second = new ScriptedPeer(stage, "192.0.2.12");
        const sent = await us.engine.send(request("INVITE", "sip:pbx.test", { body: sdp }));
        if (sent.kind === "sent") await us.engine.cancel(sent.transactionId, []);
        await stage.pass(33_000, 500);
        expect(us.app.told).toEqual(["408 INVITE"]);
        expect(second.heard).toEqual([]);
        await stage.expectNothingLeft(us);
    });

    it("goes on when connections are refused, and says 503 when all are", async () => {
        const stage = new Stage("tcp", names);
        const us = stage.side("192.0.2.1");
        answering(stage.side("192.0.2.13"));
        await us.engine.send(request("OPTIONS", "sip:pbx.test"));
        await stage.pass(100);
        expect(us.app.told).toEqual(["200 OPTIONS"]);
        const lost = await us.engine.send(request("OPTIONS", "sip:192.0.2.99"));
        expect(lost).toMatchObject({ kind: "sent", message: { method: "OPTIONS" } });
        expect(us.app.told).toEqual(["200 OPTIONS"]);
        await stage.pass(100);
        expect(us.app.told).toEqual(["200 OPTIONS", "503 OPTIONS"]);
        expect(us.app.responses[1]?.message.headers.get("Warning")).toBe('399 192.0.2.1:5060 "refused"');
        await stage.expectNothingLeft(us);
    });

    it.each(["INVITE", "OPTIONS"])("reports 503 for %s to an unknown name, ten milliseconds later", async (method) => {
        const stage = new Stage();
        const us = stage.side("192.0.2.1");
        expect((await us.engine.send(request(method, "sip:unknown.test"))).kind).toBe("sent");
        stage.clock.advance(9);
        expect(us.app.told).toEqual([]);
        stage.clock.advance(1);
        expect(us.app.told).toEqual([`503 ${method}`]);
        await stage.expectNothingLeft(us);
    });

    it("tells 503 when the connection breaks before the answer", async () => {
        const stage = new Stage("tcp");
        const us = stage.side("192.0.2.1");
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        await us.engine.send(request("INVITE", "sip:192.0.2.2", { body: sdp }));
        await stage.pass(50);
        us.transport.flowTo({ address: "192.0.2.2", port: 5060 }).close();
        await stage.pass(50);
        expect(us.app.told).toEqual(["503 INVITE"]);
        expect(peer.heard).toEqual(["INVITE"]);
        await stage.expectNothingLeft(us);
    });

    it("completes the request, and drops what is not the application's", async () => {
        const stage = new Stage();
        const us = stage.side("192.0.2.1");
        const headers = [
            header("From", "<sip:a@localhost>"),
            header("P-Asserted-Identity", '"A" <sip:a@localhost>'),
            header("Via", "SIP/2.0/UDP evil"),
            header("Route", "<sip:evil>"),
            header("Content-Length", "7"),
            header("X-Kept", "1"),
        ];
        const sent = await us.engine.send(request("INVITE", "sip:bob@192.0.2.2", { headers, body: sdp }));
        if (sent.kind !== "sent") throw new Error(sent.text);
        const { headers: out } = sent.message;
        expect(out.get("From")).toMatch(/^<sip:a@192\.0\.2\.1:5060>;tag=/);
        expect(out.get("P-Asserted-Identity")).toBe('"A" <sip:a@192.0.2.1:5060>');
        expect(out.get("To")).toBe("<sip:bob@192.0.2.2>");
        expect(out.get("Contact")).toBe("<sip:192.0.2.1:5060>");
        expect(out.get("Content-Type")).toBe("application/sdp");
        expect(out.get("X-Kept")).toBe("1");
        expect(out.has("Route")).toBe(false);
        expect(out.all("Via")).toHaveLength(1);
        expect(out.get("Via")).toMatch(/^SIP\/2\.0\/UDP 192\.0\.2\.1:5060;branch=z9hG4bK[0-9a-f]{24};rport$/);
        await us.engine.cancel(sent.transactionId, []);
        await stage.expectNothingLeft(us);
    });

    it.each([
        ["From", "<sip:open"],
        ["To", "no address"],
        ["Contact", '"quote <sip:a@b>'],
        ["Call-ID", "two words"],
    ])("refuses a %s that no peer could read", async (name, value) => {
        const stage = new Stage();
        const us = stage.side("192.0.2.1");
        const order = request("INVITE", "sip:bob@192.0.2.2", { headers: [header(name, value)] });
        expect(await us.engine.send(order)).toMatchObject({ reason: "badHeader", text: `invalid header: ${name}` });
        expect(stage.network.log).toEqual([]);
    });

    it.each([
        ["two types of the body", ["text/plain", "message/cpim"], "invalid header: Content-Type"],
        ["the same type twice", ["text/plain", "text/plain"], undefined],
    ])("sends one Content-Type or nothing for %s", async (_, types, refusal) => {
        const stage = new Stage();
        const us = stage.side("192.0.2.1");
        const headers = types.map((type) => header("Content-Type", type));
        const sent = await us.engine.send(request("MESSAGE", "sip:bob@192.0.2.2", { headers, body: Buffer.from("x") }));
        if (refusal === undefined)
            expect(stage.network.log[0]?.message.headers.all("Content-Type")).toEqual(["text/plain"]);
        else expect(sent).toMatchObject({ reason: "badHeader", text: refusal });
    });

    it.each([
        ["sip:bob@192.0.2.2?Subject=x", "sip:bob@192.0.2.2"],
        ["sip:2001:db8::2:5060", "sip:[2001:db8::2]:5060"],
    ])("sends to %s as a request line has it", async (uri, sent) => {
        const stage = new Stage();
        const us = stage.side("192.0.2.1");
        const told = await us.engine.send(request("OPTIONS", uri, { nextHop: "sip:192.0.2.2" }));
        expect(told).toMatchObject({ kind: "sent", message: { uri: sent } });
        await stage.expectNothingLeft(us);
    });

    it("keeps Call-ID, CSeq and From tag of a digest retry", async () => {
        const stage = new Stage();
        const us = stage.side("192.0.2.1");
        const headers = [header("Call-ID", "c1"), header("CSeq", "7 REGISTER"), header("From", "<sip:a@x>;tag=t1")];
        const sent = await us.engine.send(request("REGISTER", "sip:192.0.2.2", { headers }));
        if (sent.kind !== "sent") throw new Error(sent.text);
        expect(sent.message.headers.get("Call-ID")).toBe("c1");
        expect(sent.message.headers.get("CSeq")).toBe("7 REGISTER");
        expect(sent.message.headers.get("From")).toBe("<sip:a@x>;tag=t1");
        await stage.expectNothingLeft(us);
    });

    it.each([
        ["a URI that is none", request("OPTIONS", "nonsense"), "invalid request-uri: nonsense"],
        [
            "a body of unknown type",
            request("MESSAGE", "sip:192.0.2.2", { body: Buffer.from("hi") }),
            "missing content-type",
        ],
        ["itself", request("OPTIONS", "sip:192.0.2.1"), "can not send request to myself"],
        ["itself by maddr", request("OPTIONS", "sip:a.example;maddr=192.0.2.1"), "can not send request to myself"],
        [
            "an unknown dialog",
            request("BYE", "sip:placeholder", { dialogId: "x;from-tag=y" }),
            "Server error: unable to find dialog for dialog id provided",
        ],
        [
            "an ACK for no 2xx",
            request("ACK", "sip:192.0.2.2", { dialogId: "x;from-tag=y" }),
            "Server error: ACK for non-success final response is automatically generated by server",
        ],
        [
            "a header with a line end",
            request("OPTIONS", "sip:192.0.2.2", { headers: [header("X-A", "a\r\nB: c")] }),
            "invalid header: X-A",
        ],
    ])("refuses %s", async (_what, order, text) => {
        const stage = new Stage();
        const us = stage.side("192.0.2.1");
        expect(await us.engine.send(order)).toMatchObject({ kind: "refused", text });
        await settle();
        expect(stage.network.log).toEqual([]);
        await stage.expectNothingLeft(us);
    });

    it("carries the application's Route, if all of it is of loose routers", async () => {
        const stage = new Stage();
        const us = stage.side("192.0.2.1");
        const proxy = new ScriptedPeer(stage, "192.0.2.5");
        const headers = [header("Route", "<sip:192.0.2.5;lr>, <sip:far.test;lr>")];
        await us.engine.send(request("OPTIONS", "sip:far.test", { nextHop: "sip:192.0.2.5", headers }));
        await stage.pass(50);
        const sent = proxy.request("OPTIONS");
        expect(sent.headers.list("Route")).toEqual(["<sip:192.0.2.5;lr>", "<sip:far.test;lr>"]);
        proxy.respond(sent, { status: 200 });
        await stage.expectNothingLeft(us);
    });

    it("goes to the given next hop, without a Route", async () => {
        const stage = new Stage();
        const us = stage.side("192.0.2.1");
        const proxy = new ScriptedPeer(stage, "192.0.2.5");
        await us.engine.send(request("OPTIONS", "sip:far.test", { nextHop: "sip:192.0.2.5;transport=udp" }));
        await stage.pass(50);
        expect(proxy.request("OPTIONS").uri).toBe("sip:far.test");
        expect(proxy.request("OPTIONS").headers.has("Route")).toBe(false);
        proxy.respond(proxy.request("OPTIONS"), { status: 200 });
        await stage.expectNothingLeft(us);
    });
});
