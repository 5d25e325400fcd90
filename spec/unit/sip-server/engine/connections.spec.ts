import { describe, expect, it } from "vitest";
import { composeResponse } from "../../../../lib/sip-server/transaction/composeResponse.ts";
import { serializeMessage } from "../../../../lib/sip-server/sip/serializeMessage.ts";
import { Headers } from "../../../../lib/sip-server/sip/Headers.ts";
import { acknowledging } from "../../../support/sip-server/callScripts.ts";
import { titleOf } from "../../../support/sip-server/MemoryNetwork.ts";
import { ScriptedPeer } from "../../../support/sip-server/ScriptedPeer.ts";
import { header, request, response, sdp, Stage } from "../../../support/sip-server/Stage.ts";

const address = "192.0.2.2";

/** The phone registers from that port; `cseq` tells its registrations apart. */
function register(stage: Stage, port: number, cseq: number): void {
    const headers = new Headers([
        ["Via", `SIP/2.0/${stage.protocol.toUpperCase()} ${address}:${port};branch=z9hG4bK-r${cseq}`],
        ["From", "<sip:phone@example.org>;tag=r"],
        ["To", "<sip:phone@example.org>"],
        ["Call-ID", "registration"],
        ["CSeq", `${cseq} REGISTER`],
        ["Contact", `<sip:phone@${address}:${port}>;+sip.instance="<urn:uuid:1>"`],
        ["Expires", "600"],
    ]);
    const message = {
        kind: "request",
        method: "REGISTER",
        uri: "sip:example.org",
        headers,
        body: Buffer.alloc(0),
    } as const;
    stage.network.carry({ address, port }, { address: "192.0.2.1", port: 5060 }, serializeMessage(message));
}

describe("a phone that registers again in a call", () => {
    it.each(["tcp", "udp"] as const)("by another %s port gets the BYE there", async (protocol) => {
        const stage = new Stage(protocol);
        const side = acknowledging(stage.side("192.0.2.1"));
        const peer = new ScriptedPeer(stage, address);
        side.app.onRequestDo = ({ transactionId, message }, engine) =>
            void engine.respond(
                transactionId,
                response(200, { headers: [header("Contact", message.headers.get("Contact") ?? "")] }),
            );
        register(stage, 40_001, 1);
        await stage.pass(50);
        await side.engine.send(request("INVITE", `sip:phone@${address}:40001`, { body: sdp }));
        await stage.pass(50);
        const invite = peer.request("INVITE");
        const answer = { status: 200, toTag: "phone", headers: [header("Contact", `<sip:phone@${address}:40001>`)] };

        stage.network.carry(
            { address, port: 40_001 },
            { address: "192.0.2.1", port: 5060 },
            serializeMessage(composeResponse(invite, answer)),
        );
        await stage.pass(50);
        if (protocol === "tcp") side.transport.flowTo({ address, port: 40_001 }).close();
        register(stage, 40_002, 2);
        await stage.pass(50);
        const dialogId = side.app.responses.at(-1)?.dialogId ?? "";
        await side.engine.send(request("BYE", "sip:placeholder", { dialogId }));
        await stage.pass(50);
        const bye = stage.network.log.find(({ message }) => titleOf(message) === "BYE");
        expect(bye?.to).toEqual({ address, port: 40_002 });
    });
});

describe("our own registration", () => {
    it("over a connection that is lost is reported by its Call-ID", async () => {
        const stage = new Stage("tcp");
        const side = stage.side("192.0.2.1");
        const peer = new ScriptedPeer(stage, address);
        const contact = header("Contact", "<sip:us@192.0.2.1>;expires=600");
        await side.engine.send(
            request("REGISTER", `sip:${address}`, { headers: [contact, header("Call-ID", "ours")] }),
        );
        await stage.pass(50);
        peer.respond(peer.request("REGISTER"), { status: 200, headers: [contact] });
        await stage.pass(50);
        side.transport.flowTo({ address, port: 5060 }).close();
        expect(side.app.told).toEqual(["200 REGISTER", "connection lost: ours"]);
        expect(side.transport.known.get(address), "its calls have a share of their own").toBe(600);
    });
});
