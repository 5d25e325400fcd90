import { deepStrictEqual, ok } from "node:assert/strict";
import { responseTo } from "../../lib/sip-server/sip/responseTo.ts";
import type { SipMessage, SipRequest, SipResponse } from "../../lib/sip-server/sip/SipMessage.ts";
import { cseqMethod } from "../../lib/sip-server/transaction/matching.ts";
import { type DraftHeader, type DraftMessage, writeDraft } from "./DraftMessage.ts";
import { FuzzedServer } from "./FuzzedServer.ts";
import type { Told } from "./FrameOracle.ts";

/** The messages of the peer, in the order in which it sends them. */
export const peerMessages = {
    inbound: ["INVITE", "ACK", "BYE"],
    outbound: ["180", "200", "BYE"],
} as const;

export type CallDirection = keyof typeof peerMessages;

const SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
const PEER_URI = "sip:p@192.0.2.1";
/** Long enough for a retransmission of whatever was not understood (T1 is 500 ms). */
const RETRANSMISSION_MS = 3_000;

/**
 * Plays a whole call with a peer whose messages go through `change`, and rejects if the call does not succeed: it is
 * answered, acknowledged without a retransmission, ended by the peer, and the application gets every message.
 */
export async function playCall(
    direction: CallDirection,
    change: (name: string, draft: DraftMessage) => DraftMessage,
): Promise<readonly Told[]> {
    const server = new FuzzedServer();
    const send = async (name: string, draft: DraftMessage): Promise<void> => {
        await server.receive(writeDraft(change(name, draft)));
        await server.pass(100, 50);
    };
    if (direction === "inbound") await playInbound(server, send);
    else await playOutbound(server, send);
    deepStrictEqual(lastSent(server, "BYE")?.status, 200, "the BYE of the peer did not get 200");
    await server.end();
    return server.told;
}

type Send = (name: string, draft: DraftMessage) => Promise<void>;

async function playInbound(server: FuzzedServer, send: Send): Promise<void> {
    await send("INVITE", requestDraft("INVITE", 1, "<sip:s@192.0.2.2>", SDP));
    const { transactionId } = lastTold(server, "INVITE");
    order(server, transactionId, "", ["SIP/2.0 200 OK", "Content-Type: application/sdp"], SDP);
    await server.pass(100, 50);
    const accepted = lastSent(server, "INVITE");
    ok(accepted?.status === 200, "the INVITE was not accepted");
    const to = accepted.headers.get("To") ?? "";
    await send("ACK", requestDraft("ACK", 1, to));
    lastTold(server, "ACK");
    const sent = server.sent.length;
    await server.pass(RETRANSMISSION_MS);
    deepStrictEqual(server.sent.length, sent, "the 200 was retransmitted after the ACK");
    await send("BYE", requestDraft("BYE", 2, to));
    await acceptBye(server);
}

async function playOutbound(server: FuzzedServer, send: Send): Promise<void> {
    order(server, "", "", [`INVITE ${PEER_URI} SIP/2.0`, "Content-Type: application/sdp"], SDP);
    await server.pass(100, 50);
    const invite = lastRequest(server, "INVITE");
    await send("180", responseDraft(invite, 180));
    lastTold(server, 180);
    await send("200", responseDraft(invite, 200, SDP));
    const { dialogId } = lastTold(server, 200);
    order(server, "", dialogId, ["ACK sip:placeholder SIP/2.0"]);
    await server.pass(100, 50);
    deepStrictEqual(lastRequest(server, "ACK").uri.split(";")[0], PEER_URI, "the ACK went somewhere else");
    const [from, to] = [`<${PEER_URI}>;tag=p1`, invite.headers.get("From") ?? ""];
    const bye = requestDraft("BYE", 2, to).headers.map(([name, value]): DraftHeader => {
        if (name === "Call-ID") return [name, invite.headers.get("Call-ID") ?? ""];
        return name === "From" ? [name, from] : [name, value];
    });
    await send("BYE", { startLine: "BYE sip:s@192.0.2.2 SIP/2.0", headers: bye, body: "" });
    await acceptBye(server);
}

async function acceptBye(server: FuzzedServer): Promise<void> {
    const { transactionId } = lastTold(server, "BYE");
    order(server, transactionId, "", ["SIP/2.0 200 OK"]);
    await server.pass(100, 50);
}

function requestDraft(method: string, cseq: number, to: string, body = ""): DraftMessage {
    const headers: DraftHeader[] = [
        ["Via", `SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-${method}-${cseq};rport`],
        ["Max-Forwards", "70"],
        ["From", `"Alice" <${PEER_URI}>;tag=p1`],
        ["To", to],
        ["Call-ID", "c1@192.0.2.1"],
        ["CSeq", `${cseq} ${method}`],
        ["Contact", `<${PEER_URI}>`],
        ...(body === "" ? [] : [["Content-Type", "application/sdp"] as const]),
    ];
    return { startLine: `${method} sip:s@192.0.2.2 SIP/2.0`, headers, body };
}

function responseDraft(invite: SipRequest, status: number, body = ""): DraftMessage {
    const { reason, headers } = responseTo(invite, status, { toTag: "p1" });
    const copied = [...headers].map(({ name, value }): DraftHeader => [name, value]);
    const more: DraftHeader[] = [
        ["Contact", `<${PEER_URI}>`],
        ...(body === "" ? [] : [["Content-Type", "application/sdp"] as const]),
    ];
    return { startLine: `SIP/2.0 ${status} ${reason}`, headers: [...copied, ...more], body };
}

function order(server: FuzzedServer, transactionId: string, dialogId: string, lines: string[], body = ""): void {
    server.order(Buffer.from(`m|sip|${transactionId}|${dialogId}\r\n${lines.join("\r\n")}\r\n\r\n${body}`));
}

/** The last thing that the application got, which must be that request or response. */
function lastTold(server: FuzzedServer, wanted: string | number): Told {
    const told = server.told.at(-1);
    const got =
        told === undefined ? "nothing" : told.message.kind === "request" ? told.message.method : told.message.status;
    if (told === undefined || got !== wanted) throw new Error(`the application got ${got} instead of ${wanted}`);
    return told;
}

function lastSent(server: FuzzedServer, method: string): SipResponse | undefined {
    const isWanted = (message: SipMessage): message is SipResponse =>
        message.kind === "response" && cseqMethod(message) === method;
    return server.sent.filter(isWanted).at(-1);
}

function lastRequest(server: FuzzedServer, method: string): SipRequest {
    const isWanted = (message: SipMessage): message is SipRequest =>
        message.kind === "request" && message.method === method;
    const request = server.sent.filter(isWanted).at(-1);
    if (request === undefined) throw new Error(`no ${method} was sent`);
    return request;
}
