import { describe, expect, it } from "vitest";
import { acknowledging, answering, bob } from "../../../support/sip-server/callScripts.ts";
import { laterHeaders, type Pair, ScriptedPeer } from "../../../support/sip-server/ScriptedPeer.ts";
import type { SipRequest } from "../../../../lib/sip-server/sip/SipMessage.ts";
import { header, request, response, sdp, Stage } from "../../../support/sip-server/Stage.ts";

const subscribe = request("SUBSCRIBE", bob, { headers: [header("Event", "presence"), header("Expires", "600")] });

function notifyOf(asked: SipRequest, peer: ScriptedPeer, tag: string, state: string): Pair[] {
    return [
        ["From", `<${bob}>;tag=${tag}`],
        ["To", asked.headers.get("From") ?? ""],
        ["Call-ID", asked.headers.get("Call-ID") ?? ""],
        ["CSeq", "1 NOTIFY"],
        peer.contact,
        ["Event", "presence"],
        ["Subscription-State", state],
    ];
}

describe("a subscription", () => {
    it("lives until the NOTIFY that says it is terminated", async () => {
        const stage = new Stage();
        const subscriber = acknowledging(stage.side("192.0.2.1"));
        const notifier = stage.side("192.0.2.2");
        let dialogId = "";
        notifier.app.onRequestDo = ({ transactionId }, engine) =>
            void engine.respond(transactionId, response(202, { headers: [header("Expires", "600")] })).then((sent) => {
                if (sent.kind === "sent") dialogId = sent.dialogId ?? "";
            });
        await subscriber.engine.send(subscribe);
        await stage.pass(100);
        expect(subscriber.app.responses[0]?.dialogId).toBe(dialogId);
        for (const state of ["active;expires=600", "terminated;reason=timeout"]) {
            const headers = [header("Event", "presence"), header("Subscription-State", state)];
            await notifier.engine.send(request("NOTIFY", "", { dialogId, headers }));
            await stage.pass(100);
        }
        expect(subscriber.app.told).toEqual(["202 SUBSCRIBE", "NOTIFY", "NOTIFY"]);
        expect(notifier.app.told).toEqual(["SUBSCRIBE", "200 NOTIFY", "200 NOTIFY"]);
        expect(subscriber.engine.load().dialogs).toBe(0);
        expect(notifier.engine.load().dialogs).toBe(0);
        await stage.expectNothingLeft(subscriber, notifier);
    });

    it("is there when the NOTIFY overtakes the answer", async () => {
        const stage = new Stage();
        const subscriber = acknowledging(stage.side("192.0.2.1"));
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        const sent = await subscriber.engine.send(subscribe);
        await stage.pass(50);
        const asked = peer.request("SUBSCRIBE");
        peer.send("NOTIFY", "sip:192.0.2.1", notifyOf(asked, peer, "n", "active;expires=60"));
        await stage.pass(50);
        expect(peer.response("NOTIFY").status).toBe(200);
        expect(sent).toMatchObject({ kind: "sent", dialogId: subscriber.app.requests[0]?.dialogId });
        expect(subscriber.app.madeDialogs).toEqual(sent.kind === "sent" ? [[sent.dialogId, sent.transactionId]] : []);
        peer.respond(asked, { status: 200, toTag: "n", with: [peer.contact, ["Expires", "60"]] });
        await stage.pass(50);
        expect(subscriber.app.told).toEqual(["NOTIFY", "200 SUBSCRIBE"]);
        expect(subscriber.engine.load().dialogs).toBe(1);
        await stage.expectNothingLeft(subscriber);
    });

    it("belongs to the application that asked for it, whatever Call-ID the notifier sends back", async () => {
        const stage = new Stage();
        const subscriber = acknowledging(stage.side("192.0.2.1"));
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        const sent = await subscriber.engine.send(subscribe);
        await stage.pass(50);
        const asked = peer.request("SUBSCRIBE");
        const headers = asked.headers.copy();
        headers.set("Call-ID", "another");
        peer.respond({ ...asked, headers }, { status: 202, toTag: "n", with: [peer.contact, ["Expires", "60"]] });
        await stage.pass(50);
        const [answer] = subscriber.app.responses;
        expect(answer?.dialogId).toBe(sent.kind === "sent" ? sent.dialogId : "not sent");
        subscriber.engine.abandonDialog(answer?.dialogId ?? "");
        expect(subscriber.engine.load().dialogs).toBe(0);
        await stage.expectNothingLeft(subscriber);
    });

    it("that forked is one with each notifier who speaks up within 32 s (RFC 6665 4.4.1)", async () => {
        const stage = new Stage();
        const subscriber = acknowledging(stage.side("192.0.2.1"));
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        await subscriber.engine.send(subscribe);
        await stage.pass(50);
        const asked = peer.request("SUBSCRIBE");
        peer.respond(asked, { status: 200, toTag: "a", with: [peer.contact, ["Expires", "60"]] });
        await stage.pass(50);
        const answerTo = async (tag: string, state: string): Promise<number> => {
            peer.send("NOTIFY", "sip:192.0.2.1", notifyOf(asked, peer, tag, state));
            await stage.pass(50);
            return peer.response("NOTIFY").status;
        };
        expect(await answerTo("a", "active")).toBe(200);
        expect(await answerTo("b", "active")).toBe(200);
        expect(subscriber.engine.load().dialogs).toBe(2);
        expect(await answerTo("b", "terminated")).toBe(200);
        expect(subscriber.engine.load().dialogs).toBe(1);
        expect(await answerTo("b", "active")).toBe(481);
        expect(await answerTo("a", "terminated")).toBe(200);
        await stage.pass(32_000, 500);
        expect(await answerTo("c", "active")).toBe(481);
        await stage.expectNothingLeft(subscriber);
    });

    it("ends by itself when it is not refreshed", async () => {
        const stage = new Stage();
        const subscriber = acknowledging(stage.side("192.0.2.1"));
        const notifier = answering(stage.side("192.0.2.2"));
        await subscriber.engine.send(subscribe);
        await stage.pass(600_000, 5000);
        expect(notifier.engine.load().dialogs).toBe(1);
        await stage.expectNothingLeft(subscriber, notifier);
        expect(subscriber.app.endedDialogs).toHaveLength(1);
    });

    it("by REFER outlives the call it was made in", async () => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const callee = answering(stage.side("192.0.2.2"));
        await caller.engine.send(request("INVITE", bob, { body: sdp }));
        await stage.pass(100);
        const dialogId = caller.app.responses.at(-1)?.dialogId ?? "";
        await caller.engine.send(
            request("REFER", "", { dialogId, headers: [header("Refer-To", "<sip:c@192.0.2.3>")] }),
        );
        await stage.pass(100);
        await caller.engine.send(request("BYE", "", { dialogId }));
        await stage.pass(100);
        expect(callee.engine.load().dialogs).toBe(1);
        const headers = [header("Event", "refer"), header("Subscription-State", "terminated")];
        await callee.engine.send(request("NOTIFY", "", { dialogId, headers }));
        await stage.pass(100);
        expect(caller.app.told.slice(-2)).toEqual(["200 BYE", "NOTIFY"]);
        expect(callee.engine.load().dialogs).toBe(0);
        await stage.expectNothingLeft(caller, callee);
    });

    it("of a peer that never notifies and never comes back is bounded", async () => {
        const stage = new Stage();
        const notifier = answering(stage.side("192.0.2.1", { maxDialogs: 3 }));
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        for (let number = 0; number < 5; number++) {
            const headers = laterHeaders(peer, "1 SUBSCRIBE", "", [
                ["Expires", "60"],
                ["Event", "presence"],
            ])
                .map(([name, value]): Pair => [name, name === "Call-ID" ? `call-${number}` : value])
                .map(([name, value]): Pair => [name, name === "To" ? "<sip:us@192.0.2.1>" : value]);
            peer.send("SUBSCRIBE", "sip:us@192.0.2.1", headers);
            await stage.pass(50);
        }
        expect(peer.heard).toEqual(["200", "200", "200", "503", "503"].map((status) => `${status} SUBSCRIBE`));
        await stage.expectNothingLeft(notifier);
    });
});
