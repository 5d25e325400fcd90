import { describe, expect, it } from "vitest";
import type { OfLostServer, OutgoingRequest, OutgoingResponse } from "../../../../lib/sip-server/engine/SipEngine.ts";
import type { SipRequest } from "../../../../lib/sip-server/sip/SipMessage.ts";
import { bob, ringing } from "../../../support/sip-server/callScripts.ts";
import { fairWeather } from "../../../support/sip-server/MemoryNetwork.ts";
import { header, nothing, request, response, sdp, type Side, Stage } from "../../../support/sip-server/Stage.ts";

// 192.0.2.1 calls 192.0.2.2; the engine of one of them is lost while the call rings, and another one takes its place.

/** Another engine in the place of one that ends without a word. */
async function replaced(stage: Stage, lost: Side, address: string): Promise<Side> {
    stage.network.weather = () => [];
    const closed = lost.engine.close(0);
    await stage.pass(200);
    await closed;
    stage.network.weather = fairWeather;
    stage.network.log.length = 0;
    return stage.side(address);
}

async function ringingCall(
    stage: Stage,
): Promise<{ caller: Side; callee: Side; invite: SipRequest; received: SipRequest }> {
    const caller = stage.side("192.0.2.1");
    const callee = ringing(stage.side("192.0.2.2"));
    const sent = await caller.engine.send(request("INVITE", bob, { body: sdp }));
    await stage.pass(100);
    const received = callee.app.requests[0]?.message;
    if (sent.kind !== "sent" || received === undefined) throw new Error("no call");
    return { caller, callee, invite: sent.message, received };
}

/** What an application knows of an INVITE. */
function namesOf(invite: SipRequest, method: string) {
    const headers = ["From", "To", "Call-ID"].map((name) => header(name, invite.headers.get(name) ?? ""));
    const number = (invite.headers.get("CSeq") ?? "").split(" ")[0] ?? "";
    return { headers: [...headers, header("CSeq", `${number} ${method}`)], via: invite.headers.all("Via") };
}

function cancelOf(invite: SipRequest): OutgoingRequest & OfLostServer {
    return { method: "CANCEL", uri: invite.uri, body: nothing, ...namesOf(invite, "CANCEL") };
}

function rejectionOf(invite: SipRequest, status = 480): OutgoingResponse & OfLostServer {
    return { ...response(status), ...namesOf(invite, "INVITE") };
}

describe("an INVITE that a lost server sent", () => {
    it("is cancelled within its transaction, and the 487 is acknowledged", async () => {
        const stage = new Stage();
        const { caller, callee, invite } = await ringingCall(stage);
        const next = await replaced(stage, caller, "192.0.2.1");
        expect(await next.engine.cancelLost(cancelOf(invite))).toMatchObject({ kind: "sent" });
        await stage.pass(200);
        expect(callee.app.told).toEqual(["INVITE", "cancel"]);
        expect(stage.network.story).toEqual([
            "192.0.2.1> CANCEL",
            "192.0.2.2> 200 CANCEL",
            "192.0.2.2> 487 INVITE",
            "192.0.2.1> ACK",
        ]);
        expect(next.app.told).toEqual([]);
        await stage.expectNothingLeft(next, callee);
    });

    it("that is answered before the CANCEL arrives is acknowledged and hung up", async () => {
        const stage = new Stage();
        const { caller, callee, invite } = await ringingCall(stage);
        const next = await replaced(stage, caller, "192.0.2.1");
        const { transactionId } = callee.app.requests[0] ?? {};
        await callee.engine.respond(transactionId ?? "", response(200, { body: sdp }));
        await next.engine.cancelLost(cancelOf(invite));
        await stage.pass(5_000);
        expect(callee.app.told).toContain("ACK");
        expect(stage.network.story).toContain("192.0.2.1> BYE");
        await stage.expectNothingLeft(next, callee);
    });

    it("is given up if the peer does not respond to the CANCEL", async () => {
        const stage = new Stage();
        const { caller, callee, invite } = await ringingCall(stage);
        const next = await replaced(stage, caller, "192.0.2.1");
        await replaced(stage, callee, "192.0.2.2");
        stage.network.weather = () => [];
        await next.engine.cancelLost(cancelOf(invite));
        await stage.expectNothingLeft(next);
    });

    it("is cancelled only once", async () => {
        const stage = new Stage();
        const { caller, invite } = await ringingCall(stage);
        const next = await replaced(stage, caller, "192.0.2.1");
        await next.engine.cancelLost(cancelOf(invite));
        expect(await next.engine.cancelLost(cancelOf(invite))).toMatchObject({ kind: "refused" });
    });
});

describe("an INVITE that a lost server received", () => {
    it("is rejected again and again, until the caller acknowledges", async () => {
        const stage = new Stage();
        const { caller, callee, received } = await ringingCall(stage);
        const next = await replaced(stage, callee, "192.0.2.2");
        let lost = 0;
        stage.network.weather = ({ message }) => (message.kind === "response" && ++lost < 3 ? [] : [1]);
        expect(await next.engine.respondLost(rejectionOf(received))).toMatchObject({ kind: "sent" });
        await stage.pass(5_000);
        expect(caller.app.told).toEqual(["180 INVITE", "480 INVITE"]);
        expect(stage.network.story).toEqual([...Array<string>(3).fill("192.0.2.2> 480 INVITE"), "192.0.2.1> ACK"]);
        await stage.expectNothingLeft(caller, next);
    });

    it("cannot be answered", async () => {
        const stage = new Stage();
        const { callee, received } = await ringingCall(stage);
        const next = await replaced(stage, callee, "192.0.2.2");
        for (const status of [180, 200]) {
            expect(await next.engine.respondLost(rejectionOf(received, status))).toMatchObject({ kind: "refused" });
        }
    });
});

describe("an INVITE that an application does not know enough of", () => {
    it.each([
        ["From", "invalid header: From"],
        ["To", "invalid header: To"],
        ["Call-ID", "invalid header: Call-ID"],
        ["CSeq", "invalid header: CSeq"],
    ])("is not ended without %s", async (missing, text) => {
        const stage = new Stage();
        const { caller, invite } = await ringingCall(stage);
        const cancel = cancelOf(invite);
        const headers = cancel.headers.filter(({ name }) => name !== missing);
        expect(await caller.engine.cancelLost({ ...cancel, headers })).toMatchObject({ kind: "refused", text });
        expect(await caller.engine.respondLost({ ...response(480), headers, via: cancel.via })).toMatchObject({ text });
    });

    it.each([
        [[]],
        [["SIP/2.0/UDP 192.0.2.1"]],
        [["SIP/2.0/UDP 192.0.2.1;branch=1"]],
        [["SIP/2.0/SCTP a;branch=z9hG4bKa"]],
    ])("is not ended by the Via headers %j", async (via) => {
        const stage = new Stage();
        const { caller, invite } = await ringingCall(stage);
        const refusal = { kind: "refused", text: "invalid header: Via" };
        expect(await caller.engine.cancelLost({ ...cancelOf(invite), via })).toMatchObject(refusal);
        expect(await caller.engine.respondLost({ ...rejectionOf(invite), via })).toMatchObject(refusal);
    });

    it("is not ended if no transport leads to the peer", async () => {
        const stage = new Stage();
        const { caller, invite } = await ringingCall(stage);
        const via = ["SIP/2.0/WS 192.0.2.1;branch=z9hG4bKa"];
        expect(await caller.engine.cancelLost({ ...cancelOf(invite), via })).toMatchObject({ reason: "noTransport" });
        expect(await caller.engine.respondLost({ ...rejectionOf(invite), via })).toMatchObject({
            reason: "noTransport",
        });
    });
});
