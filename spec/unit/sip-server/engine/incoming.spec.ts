import { describe, expect, it } from "vitest";
import { acknowledging, answering, bob, ringing } from "../../../support/sip-server/callScripts.ts";
import { callHeaders, type Pair, ScriptedPeer } from "../../../support/sip-server/ScriptedPeer.ts";
import { titleOf } from "../../../support/sip-server/MemoryNetwork.ts";
import { header, request, response, sdp, Stage } from "../../../support/sip-server/Stage.ts";

const us = "sip:us@192.0.2.1";

describe("requests from outside", () => {
    it("that came by two ways are served once: 482 to the copy", async () => {
        const stage = new Stage();
        const side = ringing(stage.side("192.0.2.1"));
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        peer.send("INVITE", us, callHeaders(peer, "1 INVITE"), sdp);
        peer.send("INVITE", us, callHeaders(peer, "1 INVITE"), sdp);
        await stage.pass(50);
        expect(peer.heard).toContain("482 INVITE");
        expect(side.app.told).toEqual(["INVITE"]);
        await side.engine.respond(side.app.requests[0]?.transactionId ?? "", response(486));
        await stage.expectNothingLeft(side);
    });

    it("whose dialogs an application gives one identity: the later takes the earlier's place", async () => {
        const stage = new Stage();
        const side = stage.side("192.0.2.1");
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        peer.send("INVITE", us, callHeaders(peer, "1 INVITE"), sdp);
        peer.send("REFER", us, callHeaders(peer, "2 REFER"));
        await stage.pass(50);
        const to = header("To", "<sip:us@192.0.2.1>;tag=mine");
        for (const { transactionId } of side.app.requests) {
            expect(await side.engine.respond(transactionId, response(200, { headers: [to] }))).toMatchObject({
                kind: "sent",
            });
        }
        expect(side.engine.load().dialogs).toBe(1);
        const closed = side.engine.close(1_000);
        await stage.pass(2_000);
        await closed;
        expect(side.engine.load()).toMatchObject({ transactions: 0, dialogs: 0, timers: 0 });
    });

    it.each(["a|b", '"a b"', "a=b"])(
        "answered with the tag %s, which is no token, get a generated tag",
        async (tag) => {
            const stage = new Stage();
            const side = stage.side("192.0.2.1");
            const peer = new ScriptedPeer(stage, "192.0.2.2");
            peer.send("OPTIONS", us, callHeaders(peer, "1 OPTIONS"));
            await stage.pass(50);
            const to = header("To", `<sip:us@192.0.2.1>;tag=${tag}`);
            await side.engine.respond(side.app.requests[0]?.transactionId ?? "", response(200, { headers: [to] }));
            const answer = stage.network.log.find(({ message }) => titleOf(message) === "200 OPTIONS");
            expect(answer?.message.headers.get("To")).toMatch(/;tag=[0-9a-f]+$/);
            await stage.expectNothingLeft(side);
        },
    );

    it("that are our own, come back, are refused 482", async () => {
        const stage = new Stage();
        const side = acknowledging(stage.side("192.0.2.1"));
        const proxy = new ScriptedPeer(stage, "192.0.2.2");
        await side.engine.send(request("INVITE", bob, { body: sdp }));
        await stage.pass(50);
        const invite = proxy.request("INVITE");
        const same = ["From", "To", "Call-ID", "CSeq", "Contact"].map((name): Pair => [
            name,
            invite.headers.get(name) ?? "",
        ]);
        proxy.send("INVITE", us, same, sdp);
        await stage.pass(50);
        expect(proxy.response("INVITE").status).toBe(482);
        expect(side.app.told).toEqual([]);
        proxy.respond(invite, { status: 482, toTag: "x" });
        await stage.expectNothingLeft(side);
    });

    it.each([
        ["INVITE", 503],
        ["REGISTER", 503],
        ["MESSAGE", 503],
        ["REFER", 405],
        ["FOO", 405],
        ["OPTIONS", 200],
        ["BYE", 481],
        ["UPDATE", 481],
        ["PRACK", 481],
    ])("with %s, which no application handles, get %i", async (method, status) => {
        const stage = new Stage();
        const side = stage.side("192.0.2.1");
        side.app.takes = false;
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        peer.send(method, us, callHeaders(peer, `1 ${method}`));
        await stage.pass(50);
        expect(peer.response(method).status).toBe(status);
        expect(peer.response(method).headers.has("Allow")).toBe(status === 405 || status === 200);
        await stage.expectNothingLeft(side);
    });

    it.each(["INVITE", "SUBSCRIBE"])("without Contact: %s gets 400", async (method) => {
        const stage = new Stage();
        const side = stage.side("192.0.2.1");
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        peer.send(
            method,
            us,
            callHeaders(peer, `1 ${method}`).filter(([name]) => name !== "Contact"),
        );
        await stage.pass(50);
        expect(peer.response(method)).toMatchObject({ status: 400, reason: "Missing or Bad Contact Header" });
        await stage.expectNothingLeft(side);
    });

    it("the application never answers: 480 for INVITE after 64 s, nothing for others", async () => {
        const stage = new Stage();
        const side = stage.side("192.0.2.1");
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        peer.send("INVITE", us, callHeaders(peer, "1 INVITE"), sdp);
        peer.send(
            "MESSAGE",
            us,
            callHeaders(peer, "1 MESSAGE").map(([n, v]): Pair => [n, n === "Call-ID" ? "m" : v]),
        );
        await stage.pass(65_000, 500);
        expect(peer.heard).toContain("480 INVITE");
        expect(peer.heard.filter((heard) => heard.endsWith("MESSAGE"))).toEqual(["100 MESSAGE"]);
        expect(side.app.told).toEqual(["INVITE", "MESSAGE", "cancel"]);
        expect(side.app.unanswered).toHaveLength(1);
        await stage.expectNothingLeft(side);
    });

    it("the application is gone: 480 to what it had not answered, BYE to its calls", async () => {
        const stage = new Stage();
        const side = ringing(stage.side("192.0.2.1"));
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        peer.send("INVITE", us, callHeaders(peer, "1 INVITE"), sdp);
        await stage.pass(50);
        side.engine.abandonTransaction(side.app.requests[0]?.transactionId ?? "");
        await stage.pass(50);
        expect(peer.heard.at(-1)).toBe("480 INVITE");
        await stage.expectNothingLeft(side);
    });

    it("an outbound call whose application is gone is cancelled, or ended if it was answered", async () => {
        const stage = new Stage();
        const caller = stage.side("192.0.2.1");
        const callee = answering(stage.side("192.0.2.2"));
        stage.network.weather = ({ message }) => [titleOf(message) === "CANCEL" ? 5000 : 100];
        const sent = await caller.engine.send(request("INVITE", bob, { body: sdp }));
        await stage.pass(150);
        if (sent.kind === "sent") caller.engine.abandonTransaction(sent.transactionId);
        await stage.pass(1000);
        expect(callee.app.told).toEqual(["INVITE", "ACK", "BYE"]);
        await stage.expectNothingLeft(caller, callee);
    });

    it("in a standing call: abandoning its dialog ends it", async () => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const callee = answering(stage.side("192.0.2.2"));
        await caller.engine.send(request("INVITE", bob, { body: sdp }));
        await stage.pass(100);
        caller.engine.abandonDialog(caller.app.responses.at(-1)?.dialogId ?? "");
        await stage.pass(100);
        expect(callee.app.told.at(-1)).toBe("BYE");
        expect(caller.app.told.at(-1)).toBe("bye: Application gone");
        await stage.expectNothingLeft(caller, callee);
    });

    it("beyond the limit get 503 with Retry-After, and cost nothing", async () => {
        const stage = new Stage();
        const side = ringing(stage.side("192.0.2.1", { maxServerTransactions: 2 }));
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        for (let number = 0; number < 4; number++) {
            const headers = callHeaders(peer, "1 INVITE").map(([n, v]): Pair => [
                n,
                n === "Call-ID" ? `c${number}` : v,
            ]);
            peer.send("INVITE", us, headers, sdp);
        }
        await stage.pass(50);
        expect(peer.heard.filter((heard) => heard === "503 INVITE")).toHaveLength(2);
        expect(peer.response("INVITE").status).toBe(503);
        expect(peer.response("INVITE").headers.has("Retry-After")).toBe(true);
        expect(side.engine.load()).toMatchObject({ transactions: 2, counters: { overloadRefusals: 2 } });
        for (const { transactionId } of side.app.requests) await side.engine.respond(transactionId, response(486));
        await stage.expectNothingLeft(side);
    });

    it("of unknown peers leave room for those of trusted peers", async () => {
        const stage = new Stage();
        const isTrusted = (address: string): boolean => address === "192.0.2.3";
        const limits = { maxServerTransactions: 3, maxServerTransactionsOfUnknownPeers: 2, isTrusted };
        const side = ringing(stage.side("192.0.2.1", limits));
        const [scanner, pbx] = [new ScriptedPeer(stage, "192.0.2.2"), new ScriptedPeer(stage, "192.0.2.3")];
        const call = (peer: ScriptedPeer, id: string): void => {
            const headers = callHeaders(peer, "1 INVITE").map(([n, v]): Pair => [n, n === "Call-ID" ? id : v]);
            peer.send("INVITE", us, headers, sdp);
        };
        for (const id of ["s1", "s2", "s3"]) call(scanner, id);
        for (const id of ["p1", "p2"]) call(pbx, id);
        await stage.pass(50);
        const refused = (peer: ScriptedPeer): number => peer.heard.filter((heard) => heard === "503 INVITE").length;
        expect([refused(scanner), refused(pbx)]).toEqual([1, 1]);
        for (const { transactionId } of side.app.requests) await side.engine.respond(transactionId, response(486));
        await stage.expectNothingLeft(side);
    });

    it("REGISTER over a connection binds it: later requests to the contact go there", async () => {
        const stage = new Stage("tcp");
        const side = stage.side("192.0.2.1");
        side.app.onRequestDo = ({ transactionId }, engine) =>
            void engine.respond(
                transactionId,
                response(200, { headers: [header("Contact", "<sip:p@x.invalid>;expires=60")] }),
            );
        const phone = new ScriptedPeer(stage, "192.0.2.2");
        const headers = callHeaders(phone, "1 REGISTER").map(([n, v]): Pair => [
            n,
            n === "Contact" ? "<sip:p@x.invalid>" : v,
        ]);
        phone.send("REGISTER", us, headers);
        await stage.pass(50);
        await side.engine.send(request("OPTIONS", "sip:p@x.invalid"));
        await stage.pass(50);
        expect(phone.request("OPTIONS").uri).toBe("sip:p@x.invalid");
        phone.respond(phone.request("OPTIONS"), { status: 200 });
        await stage.expectNothingLeft(side);
    });

    it("a client of RFC 2543 is understood without branches", async () => {
        const stage = new Stage();
        const side = stage.side("192.0.2.1");
        side.app.onRequestDo = ({ transactionId }, engine) => void engine.respond(transactionId, response(486));
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        const via = "SIP/2.0/UDP 192.0.2.2;branch=1";
        for (let times = 0; times < 3; times++) peer.send("INVITE", us, callHeaders(peer, "1 INVITE"), sdp, via);
        await stage.pass(50);
        expect(side.app.told).toEqual(["INVITE"]);
        const to = peer.response("INVITE").headers.get("To") ?? "";
        peer.send(
            "ACK",
            us,
            callHeaders(peer, "1 ACK").map(([n, v]): Pair => [n, n === "To" ? to : v]),
            undefined,
            via,
        );
        await stage.pass(20_000, 500);
        expect(peer.heard.filter((heard) => heard === "486 INVITE").length).toBeLessThan(5);
        await stage.expectNothingLeft(side);
    });
});
