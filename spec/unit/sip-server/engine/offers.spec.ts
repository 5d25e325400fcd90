import { describe, expect, it } from "vitest";
import { acknowledging, answering, bob } from "../../../support/sip-server/callScripts.ts";
import { callHeaders, laterHeaders, type Pair, ScriptedPeer } from "../../../support/sip-server/ScriptedPeer.ts";
import { header, nothing, request, response, sdp, type Side, Stage } from "../../../support/sip-server/Stage.ts";

const us = "sip:us@192.0.2.1";
const reliable = { headers: [header("Require", "100rel")], body: sdp };

/** A call of a scripted peer to us, with that body in the INVITE. */
async function incoming(body: typeof sdp, answer: (side: Side) => Side = (side) => side) {
    const stage = new Stage();
    const side = answer(stage.side("192.0.2.1"));
    const peer = new ScriptedPeer(stage, "192.0.2.2");
    peer.send("INVITE", us, callHeaders(peer, "1 INVITE", [["Supported", "100rel"]]), body);
    await stage.pass(50);
    const { transactionId = "" } = side.app.requests[0] ?? {};
    const say = async (status: number, more = {}): Promise<void> => {
        void side.engine.respond(transactionId, response(status, more));
        await stage.pass(50);
    };
    let cseq = 1;
    /** The last the peer heard after that request in the call: its answer, if it has one. */
    const ask = async (method: string, offer: typeof sdp, more: readonly Pair[] = []): Promise<string> => {
        const toTag = (peer.response("INVITE").headers.get("To") ?? "").split("tag=")[1] ?? "";
        const number = method === "ACK" ? 1 : ++cseq;
        peer.send(method, us, laterHeaders(peer, `${number} ${method}`, toTag, more), offer);
        await stage.pass(50);
        return peer.heard.at(-1) ?? "";
    };
    const prack = (): Promise<string> =>
        ask("PRACK", nothing, [["RAck", `${peer.response("INVITE").headers.get("RSeq") ?? ""} 1 INVITE`]]);
    return { stage, side, peer, say, ask, prack };
}

/** An outbound call to a scripted peer, with that body in the INVITE. */
async function outgoing(body: typeof sdp) {
    const stage = new Stage();
    const side = acknowledging(stage.side("192.0.2.1"));
    const peer = new ScriptedPeer(stage, "192.0.2.2");
    await side.engine.send(request("INVITE", bob, { body }));
    await stage.pass(50);
    const invite = peer.request("INVITE");
    const say = async (status: number, answer: typeof sdp): Promise<void> => {
        peer.respond(invite, { status, toTag: "a", with: [peer.contact], body: answer });
        await stage.pass(50);
    };
    let cseq = 0;
    const ask = async (method: string, offer: typeof sdp): Promise<string> => {
        const { headers } = invite;
        const fields: Pair[] = [
            ["From", `${headers.get("To") ?? ""};tag=a`],
            ["To", headers.get("From") ?? ""],
            ["Call-ID", headers.get("Call-ID") ?? ""],
            ["CSeq", `${++cseq} ${method}`],
            peer.contact,
        ];
        peer.send(method, us, fields, offer);
        await stage.pass(50);
        return peer.heard.at(-1) ?? "";
    };
    return { stage, side, peer, say, ask };
}

describe("an UPDATE of the peer with an offer (RFC 3311 5.2)", () => {
    it("while its INVITE's offer waits for our answer gets 500 with Retry-After, one without an offer goes on", async () => {
        const { stage, side, peer, say, ask } = await incoming(sdp);
        await say(180);
        expect(await ask("UPDATE", sdp)).toBe("500 UPDATE");
        expect(peer.response("UPDATE").headers.has("Retry-After")).toBe(true);
        expect(side.app.told).toEqual(["INVITE"]);
        await ask("UPDATE", nothing);
        expect(side.app.told).toEqual(["INVITE", "UPDATE"]);
        await say(486);
        await stage.expectNothingLeft(side);
    });

    it.each([
        ["reliably", reliable],
        ["not reliably, as phones without 100rel do", { body: sdp }],
    ])("goes on once we have answered while it rings: %s", async (_how, answer) => {
        const { stage, side, say, ask } = await incoming(sdp);
        await say(183, answer);
        await ask("UPDATE", sdp);
        expect(side.app.told).toEqual(["INVITE", "UPDATE"]);
        await say(486);
        await stage.expectNothingLeft(side);
    });

    it("while our offer in a reliable 183 waits for its PRACK gets 491", async () => {
        const { stage, side, say, ask, prack } = await incoming(nothing);
        await say(183, reliable);
        expect(await ask("UPDATE", sdp)).toBe("491 UPDATE");
        await prack();
        await side.engine.respond(side.app.requests.at(-1)?.transactionId ?? "", response(200));
        await ask("UPDATE", sdp);
        expect(side.app.told).toEqual(["INVITE", "PRACK", "UPDATE"]);
        await say(486);
        await stage.expectNothingLeft(side);
    });

    it("while the offer of our INVITE waits for its answer gets 491", async () => {
        const { stage, side, say, ask } = await outgoing(sdp);
        await say(180, nothing);
        expect(await ask("UPDATE", sdp)).toBe("491 UPDATE");
        await say(183, sdp);
        await ask("UPDATE", sdp);
        expect(side.app.told).toEqual(["180 INVITE", "183 INVITE", "UPDATE"]);
        await say(486, nothing);
        await stage.expectNothingLeft(side);
    });

    it("while our re-INVITE waits for its answer gets 491", async () => {
        const { stage, side, peer, say, ask } = await outgoing(sdp);
        await say(200, sdp);
        const dialogId = side.app.responses.at(-1)?.dialogId ?? "";
        await side.engine.send(request("INVITE", "", { dialogId, body: sdp }));
        await stage.pass(50);
        expect(await ask("UPDATE", sdp)).toBe("491 UPDATE");
        peer.respond(peer.request("INVITE"), { status: 200, with: [peer.contact], body: sdp });
        await stage.pass(50);
        await side.engine.send(request("BYE", "", { dialogId }));
        await stage.pass(50);
        peer.respond(peer.request("BYE"), { status: 200 });
        await stage.expectNothingLeft(side);
    });
});

describe("an INVITE of the peer within the call", () => {
    it.each([
        [491, "crosses", sdp],
        [200, "does not concern", nothing],
    ])("gets %i when it %s our own UPDATE", async (status, _what, offer) => {
        const { stage, side, peer, ask } = await incoming(sdp, answering);
        await ask("ACK", nothing);
        const dialogId = "call-1;from-tag=peer";
        await side.engine.send(request("UPDATE", "", { dialogId, body: offer }));
        await stage.pass(50);
        expect(await ask("INVITE", sdp)).toBe(`${status} INVITE`);
        peer.respond(peer.request("UPDATE"), { status: 200, with: [peer.contact], body: offer });
        await stage.pass(50);
        await side.engine.send(request("BYE", "", { dialogId }));
        await stage.pass(40_000, 500);
        peer.respond(peer.request("BYE"), { status: 200 });
        await stage.expectNothingLeft(side);
    });
});
