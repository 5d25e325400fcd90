import { describe, expect, it } from "vitest";
import { acknowledging } from "../../../support/sip-server/callScripts.ts";
import { ScriptedPeer } from "../../../support/sip-server/ScriptedPeer.ts";
import { request, sdp, Stage } from "../../../support/sip-server/Stage.ts";

const peerUri = "sip:peer@192.0.2.2";

describe("a forked INVITE", () => {
    it("gives the first 2xx to the application, and ends the others by ACK and BYE", async () => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const proxy = new ScriptedPeer(stage, "192.0.2.2");
        await caller.engine.send(request("INVITE", peerUri, { body: sdp }));
        await stage.pass(50);
        const invite = proxy.request("INVITE");
        for (const toTag of ["a", "b"]) proxy.respond(invite, { status: 180, toTag, with: [proxy.contact] });
        for (const toTag of ["a", "b", "a", "b"]) {
            proxy.respond(invite, { status: 200, toTag, with: [proxy.contact] });
            await stage.pass(50);
        }
        expect(caller.app.told).toEqual(["180 INVITE", "180 INVITE", "200 INVITE"]);
        expect(proxy.heard).toEqual(["INVITE", "ACK", "ACK", "BYE", "ACK", "ACK"]);
        expect(proxy.request("BYE").headers.get("To")).toContain("tag=b");
        expect(caller.engine.load().counters.forksEnded).toBe(1);
        expect(caller.engine.load().dialogs).toBe(1);
        proxy.respond(proxy.request("BYE"), { status: 200 });
        const dialogId = caller.app.responses.at(-1)?.dialogId ?? "";
        await caller.engine.send(request("BYE", "", { dialogId }));
        await stage.pass(50);
        proxy.respond(proxy.request("BYE"), { status: 200 });
        await stage.expectNothingLeft(caller);
        expect(caller.app.endedDialogs).toEqual([dialogId]);
    });

    it("that is refused forgets all phones that rang", async () => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const proxy = new ScriptedPeer(stage, "192.0.2.2");
        await caller.engine.send(request("INVITE", peerUri, { body: sdp }));
        await stage.pass(50);
        const invite = proxy.request("INVITE");
        for (const toTag of ["a", "b", "c"]) proxy.respond(invite, { status: 180, toTag, with: [proxy.contact] });
        await stage.pass(50);
        expect(caller.engine.load().dialogs).toBe(3);
        proxy.respond(invite, { status: 603, toTag: "c" });
        await stage.pass(50);
        expect(caller.engine.load().dialogs).toBe(0);
        expect(caller.app.endedDialogs).toHaveLength(1);
        await stage.expectNothingLeft(caller);
    });

    it("answered without Contact is answered, and later requests go to the Request-URI", async () => {
        const stage = new Stage();
        const caller = acknowledging(stage.side("192.0.2.1"));
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        await caller.engine.send(request("INVITE", peerUri, { body: sdp }));
        await stage.pass(50);
        peer.respond(peer.request("INVITE"), { status: 200 });
        await stage.pass(100);
        expect(caller.app.told).toEqual(["200 INVITE"]);
        expect(peer.request("ACK").uri).toBe(peerUri);
        const dialogId = caller.app.responses[0]?.dialogId ?? "";
        await caller.engine.send(request("BYE", "sip:placeholder", { dialogId }));
        await stage.pass(100);
        peer.respond(peer.request("BYE"), { status: 200 });
        await stage.expectNothingLeft(caller);
    });

    it("without ACK is ended by the engine", async () => {
        const stage = new Stage();
        const caller = stage.side("192.0.2.1");
        const peer = new ScriptedPeer(stage, "192.0.2.2");
        await caller.engine.send(request("INVITE", peerUri, { body: sdp }));
        await stage.pass(50);
        peer.respond(peer.request("INVITE"), { status: 200, toTag: "a", with: [peer.contact] });
        await stage.pass(33_000, 500);
        expect(caller.app.told).toEqual(["200 INVITE", "bye: ACK timeout"]);
        await stage.expectNothingLeft(caller);
    });
});
