import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OUR_SDP, OutgoingCalls, trunkTo } from "../../support/sip/OutgoingCalls.ts";
import { PHONE_SDP, ScriptedPhone, type SipText } from "../../support/sip/ScriptedPhone.ts";
import { SipSide } from "../../support/sip/SipSide.ts";

// The embedded SIP server is killed during calls. The next one ends them at the phones, with what the bridge knows of them.

let side: SipSide;

const credentials = { username: "bridge", password: "secret" };

beforeAll(async () => {
    const phones = { name: "phones", addresses: ["127.0.0.1"], trusted: true, maxCalls: Infinity, credentials };
    side = await SipSide.start({ peers: [phones] });
});
afterAll(() => side.stop());

/** What the phone of a call receives, once the server has been killed. */
type Check = () => Promise<void>;

/** Begins a call from a phone of its own. */
async function inbound() {
    const phone = await ScriptedPhone.on(side.port());
    const call = phone.invite("sip:alice@127.0.0.1", { body: PHONE_SDP });
    return { phone, call, ...(await side.intake.next()) };
}

async function outbound() {
    const outgoing = await OutgoingCalls.on(side);
    return { outgoing, phone: outgoing.phone, ...(await outgoing.offered()) };
}

async function answeredCaller(): Promise<Check> {
    const { phone, call, request, reported } = await inbound();
    await request.origin.accept(OUR_SDP);
    const ok = await phone.next("SIP/2.0 200");
    phone.inDialog(call, ok, "ACK", 1);
    return async () => {
        expect(await reported.next()).toEqual({ kind: "ended", cause: "serviceUnavailable" });
        const bye = await phone.next("BYE");
        expect(bye.header("call-id")).toBe(call.callId);
        expect([bye.header("from"), bye.header("to")]).toEqual([ok.header("to"), call.from]);
        phone.respond(bye, 200, "OK");
        phone.close();
    };
}

/** A peer that authenticates every request. */
async function answeredCallerThatChallenges(): Promise<Check> {
    const { phone, call, request, reported } = await inbound();
    await request.origin.accept(OUR_SDP);
    phone.inDialog(call, await phone.next("SIP/2.0 200"), "ACK", 1);
    return async () => {
        expect(await reported.next()).toEqual({ kind: "ended", cause: "serviceUnavailable" });
        await challengeBye(phone, 401, "WWW-Authenticate");
        phone.close();
    };
}

/** A trunk that authenticates every request. */
async function answeredCalleeThatChallenges(): Promise<Check> {
    const outgoing = await OutgoingCalls.on(side);
    const { phone } = outgoing;
    const { reported } = await outgoing.connected(trunkTo(phone, { credentials }));
    return async () => {
        expect(await reported.next()).toEqual({ kind: "ended", cause: "serviceUnavailable" });
        await challengeBye(phone, 407, "Proxy-Authenticate");
        await outgoing.close();
    };
}

async function ringingCaller(): Promise<Check> {
    const { phone, call, request, reported } = await inbound();
    await request.origin.ring();
    const ringing = await phone.next("SIP/2.0 180");
    return async () => {
        expect(await reported.next()).toEqual({ kind: "ended", cause: "serviceUnavailable" });
        const final = await phone.next("SIP/2.0 480");
        expect(final.header("via")).toContain(call.branch);
        expect(final.header("cseq")).toBe("1 INVITE");
        expect([final.header("call-id"), tag(final, "to")]).toEqual([call.callId, tag(ringing, "to")]);
        phone.within(call, "ACK", final);
        phone.close();
    };
}

async function waitingCaller(): Promise<Check> {
    const { phone, call, reported } = await inbound();
    return async () => {
        expect(await reported.next()).toEqual({ kind: "ended", cause: "serviceUnavailable" });
        const final = await phone.next("SIP/2.0 480");
        expect(final.header("via")).toContain(call.branch);
        phone.within(call, "ACK", final);
        phone.close();
    };
}

async function answeredCallee(): Promise<Check> {
    const outgoing = await OutgoingCalls.on(side);
    const { phone } = outgoing;
    const { invite, reported } = await outgoing.connected();
    return async () => {
        expect(await reported.next()).toEqual({ kind: "ended", cause: "serviceUnavailable" });
        const bye = await phone.next("BYE");
        expect(bye.uri).toBe(phone.uri);
        expect(bye.header("call-id")).toBe(invite.header("call-id"));
        expect([tag(bye, "from"), tag(bye, "to")]).toEqual([tag(invite, "from"), "callee"]);
        phone.respond(bye, 200, "OK");
        await outgoing.close();
    };
}

async function ringingCallee(): Promise<Check> {
    const { outgoing, phone, invite, reported } = await outbound();
    phone.respond(invite, 180, "Ringing");
    expect(await reported.next()).toEqual({ kind: "ringing" });
    return async () => {
        expect(await reported.next()).toEqual({ kind: "ended", cause: "serviceUnavailable" });
        const cancel = await phone.next("CANCEL");
        expectSameTransaction(cancel, invite);
        phone.respond(cancel, 200, "OK");
        phone.respond(invite, 487, "Request Terminated");
        expect((await phone.next("ACK")).header("via")).toBe(cancel.header("via"));
        await outgoing.close();
    };
}

async function silentCallee(): Promise<Check> {
    const { outgoing, phone, invite, reported } = await outbound();
    return async () => {
        expect(await reported.next()).toEqual({ kind: "ended", cause: "serviceUnavailable" });
        expectSameTransaction(await phone.next("CANCEL"), invite);
        phone.respond(invite, 487, "Request Terminated");
        await phone.next("ACK");
        await outgoing.close();
    };
}

async function calleeThatAnswers(): Promise<Check> {
    const { outgoing, phone, invite, reported } = await outbound();
    phone.respond(invite, 180, "Ringing");
    expect(await reported.next()).toEqual({ kind: "ringing" });
    return async () => {
        phone.respond(await phone.next("CANCEL"), 481, "Call/Transaction Does Not Exist");
        phone.respond(invite, 200, "OK", { body: PHONE_SDP });
        expect((await phone.next("ACK")).header("cseq")).toBe(invite.header("cseq").replace("INVITE", "ACK"));
        const bye = await phone.next("BYE");
        expect([bye.header("call-id"), tag(bye, "to")]).toEqual([invite.header("call-id"), "callee"]);
        phone.respond(bye, 200, "OK");
        await outgoing.close();
    };
}

async function calleeToBeCancelled(): Promise<Check> {
    const { outgoing, phone, leg, invite } = await outbound();
    // the server holds it until the phone responds
    await leg.end("cancelled");
    return async () => {
        expectSameTransaction(await phone.next("CANCEL"), invite);
        phone.respond(invite, 487, "Request Terminated");
        await phone.next("ACK");
        await outgoing.close();
    };
}

const calls = [
    ["a caller whose call was answered receives a BYE in its dialog", answeredCaller],
    ["a caller that challenges the BYE receives another one with credentials", answeredCallerThatChallenges],
    ["a callee that challenges the BYE receives another one with credentials", answeredCalleeThatChallenges],
    ["a caller that hears ringing receives a final response, until it acknowledges", ringingCaller],
    ["a caller that did not hear ringing yet receives a final response", waitingCaller],
    ["a callee that has answered receives a BYE in its dialog", answeredCallee],
    ["a callee that rings receives a CANCEL in its transaction, and its 487 is acknowledged", ringingCallee],
    ["a callee that has not responded yet receives a CANCEL", silentCallee],
    ["a callee that answers while no server is there receives ACK and BYE", calleeThatAnswers],
    ["a callee that was to be cancelled receives a CANCEL", calleeToBeCancelled],
] as const;

describe("when the SIP server was killed and is back", () => {
    const checks: Check[] = [];

    beforeAll(async () => {
        for (const [, begin] of calls) checks.push(await begin());
        process.kill(side.server.pid ?? 0, "SIGKILL");
    });

    it.each(calls.map(([name], at) => [name, at] as const))("%s", async (_name, at) => checks[at]?.());
});

/** Challenges a BYE, and accepts the next one, if that is a new request with credentials. */
async function challengeBye(phone: ScriptedPhone, status: 401 | 407, header: string): Promise<void> {
    const bye = await phone.next("BYE");
    phone.respond(bye, status, "Unauthorized", {
        headers: [`${header}: Digest realm="pbx", nonce="n1", qop="auth", algorithm=SHA-256`],
    });
    const again = await phone.next("BYE");
    const authorization = again.header(status === 401 ? "authorization" : "proxy-authorization");
    expect(authorization).toContain(`username="bridge", realm="pbx", nonce="n1", uri="${bye.uri}"`);
    for (const same of ["call-id", "from", "to"]) expect(again.header(same)).toBe(bye.header(same));
    expect(Number.parseInt(again.header("cseq"), 10)).toBe(Number.parseInt(bye.header("cseq"), 10) + 1);
    phone.respond(again, 200, "OK");
}

/** The tag of a From or To header. */
function tag(message: SipText, header: "from" | "to"): string {
    return /;tag=([^;]+)/.exec(message.header(header))?.[1] ?? "";
}

/** RFC 3261, section 9.1. */
function expectSameTransaction(cancel: SipText, invite: SipText): void {
    expect(cancel.uri).toBe(invite.uri);
    for (const header of ["via", "from", "to", "call-id"]) expect(cancel.header(header)).toBe(invite.header(header));
    expect(cancel.header("cseq")).toBe(invite.header("cseq").replace("INVITE", "CANCEL"));
}
