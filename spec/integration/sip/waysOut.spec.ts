import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { aTrunk } from "../../support/sip/aTrunk.ts";
import { OUR_SDP, OutgoingCalls, trunkTo } from "../../support/sip/OutgoingCalls.ts";
import { PHONE_SDP } from "../../support/sip/ScriptedPhone.ts";
import { SipSide } from "../../support/sip/SipSide.ts";

// How an outgoing call finds its way: the next trunk, redirects, challenges. As in outgoingCalls.spec.ts all is real but
// the desk and the phones.

let side: SipSide;
let calls: OutgoingCalls;

beforeAll(async () => {
    side = await SipSide.start();
});

afterAll(() => side.stop());

beforeEach(async () => {
    calls = await OutgoingCalls.on(side);
});

afterEach(() => calls.close());

describe("the next trunk", () => {
    test("is tried when the first one fails", async () => {
        const { leg, reported, invite } = await calls.offered(trunkTo(calls.phone), trunkTo(calls.other));
        await calls.refuse(invite, 503, "Service Unavailable");
        const second = await calls.other.next("INVITE");
        expect(second.header("call-id")).not.toBe(invite.header("call-id"));
        calls.other.respond(second, 200, "OK", { body: PHONE_SDP });
        expect(await reported.next()).toMatchObject({ kind: "answered" });
        await calls.other.next("ACK");
        await leg.end("hungUp");
        calls.other.respond(await calls.other.next("BYE"), 200, "OK");
    });

    test("is tried when the first one cannot be reached at all", async () => {
        const nowhere = aTrunk({ name: "nowhere", domain: "nowhere.invalid" });
        const closed = aTrunk({ name: "closed", domain: "127.0.0.1:1", nextHop: "sip:127.0.0.1:1;transport=tcp" });
        const { reported, invite } = await calls.offered(nowhere, closed, trunkTo(calls.phone));
        await calls.refuse(invite, 486, "Busy Here");
        expect(await reported.next()).toEqual({ kind: "ended", cause: "busy" });
    });

    test("is not tried when the callee is busy, nor after a phone rang", async () => {
        const busy = await calls.offered(trunkTo(calls.phone), trunkTo(calls.other));
        await calls.refuse(busy.invite, 486, "Busy Here");
        expect(await busy.reported.next()).toEqual({ kind: "ended", cause: "busy" });
        const rang = await calls.offered(trunkTo(calls.phone), trunkTo(calls.other));
        calls.phone.respond(rang.invite, 180, "Ringing");
        await calls.refuse(rang.invite, 503, "Service Unavailable");
        expect(await rang.reported.next()).toEqual({ kind: "ringing" });
        expect(await rang.reported.next()).toEqual({ kind: "ended", cause: "networkFailure" });
        expect(calls.other.unread).toEqual([]);
    });

    test("is not tried for a call that was given up meanwhile", async () => {
        const { leg, reported, invite } = await calls.offered(trunkTo(calls.phone), trunkTo(calls.other));
        calls.phone.respond(invite, 100, "Trying");
        await leg.end("cancelled");
        calls.phone.respond(await calls.phone.next("CANCEL"), 200, "OK");
        await calls.refuse(invite, 503, "Service Unavailable");
        await vi.waitFor(() => expect(side.held).toEqual([0, 0]));
        expect(calls.other.unread).toEqual([]);
        expect(reported.facts).toEqual([]);
    });

    test("is used when the first one has its maximum of calls; with none left the call is refused", async () => {
        const full = trunkTo(calls.other, { maxCalls: 0 });
        const { leg, reported } = await calls.connected(full, trunkTo(calls.phone));
        await calls.hangUp({ leg, reported });
        await expect(calls.dial(full).leg.offer(OUR_SDP)).rejects.toMatchObject({ endCause: "serviceUnavailable" });
    });

    test("if none can be reached, the call ends", async () => {
        const { leg, reported } = calls.dial(aTrunk({ name: "nowhere", domain: "nowhere.invalid" }));
        await leg.offer(OUR_SDP);
        expect(await reported.next()).toEqual({ kind: "ended", cause: "networkFailure" });
    });
});

describe("a redirect", () => {
    test("is followed", async () => {
        const { leg, reported, invite } = await calls.offered();
        await calls.refuse(invite, 302, "Moved Temporarily", [`Contact: <${calls.other.uri}>;q=0.9`]);
        const moved = await calls.other.next("INVITE");
        expect(moved.uri).toBe(calls.other.uri);
        calls.other.respond(moved, 200, "OK", { body: PHONE_SDP });
        await reported.next();
        await calls.other.next("ACK");
        await leg.end("hungUp");
        calls.other.respond(await calls.other.next("BYE"), 200, "OK");
    });

    test("is not followed where that is not allowed", async () => {
        const { reported, invite } = await calls.offered(trunkTo(calls.phone, { followsRedirects: false }));
        calls.phone.respond(invite, 302, "Moved Temporarily", { headers: [`Contact: <${calls.other.uri}>`] });
        expect(await reported.next()).toEqual({ kind: "ended", cause: "networkFailure" });
        await calls.phone.next("ACK");
        expect(calls.other.unread).toEqual([]);
    });

    test("in a circle comes to an end", async () => {
        const { reported, invite } = await calls.offered();
        await calls.refuse(invite, 302, "Moved Temporarily", [`Contact: <${calls.phone.uri}>`]);
        for (let hop = 0; hop < 5; hop++) {
            await calls.refuse(await calls.phone.next("INVITE"), 302, "Moved Temporarily", [
                `Contact: <${calls.phone.uri}>`,
            ]);
        }
        expect(await reported.next()).toEqual({ kind: "ended", cause: "networkFailure" });
    });
});

describe("a challenge", () => {
    const credentials = { username: "bridge", password: "secret" };
    const challenge = (nonce: string, more = "") =>
        `Proxy-Authenticate: Digest realm="carrier", nonce="${nonce}", qop="auth", algorithm=SHA-256${more}`;

    test("is answered by the same call again", async () => {
        const { leg, reported, invite } = await calls.offered(trunkTo(calls.phone, { credentials }));
        await calls.refuse(invite, 407, "Proxy Authentication Required", [challenge("n1")]);
        const again = await calls.phone.next("INVITE");
        expect(again.header("call-id")).toBe(invite.header("call-id"));
        expect(again.header("from")).toBe(invite.header("from"));
        expect(again.header("cseq")).toBe(`${Number.parseInt(invite.header("cseq"), 10) + 1} INVITE`);
        expect(again.header("proxy-authorization")).toContain(`uri="${invite.uri}"`);
        calls.phone.respond(again, 200, "OK", { body: PHONE_SDP });
        await reported.next();
        await calls.phone.next("ACK");
        await leg.end("hungUp");
        const bye = await calls.phone.next("BYE");
        calls.phone.respond(bye, 407, "Proxy Authentication Required", { headers: [challenge("n2")] });
        const signed = await calls.phone.next("BYE");
        expect(signed.header("proxy-authorization")).toContain('nonce="n2"');
        calls.phone.respond(signed, 200, "OK");
    });

    test("of a proxy and of the callee are both answered", async () => {
        const { reported, invite } = await calls.offered(trunkTo(calls.phone, { credentials }));
        await calls.refuse(invite, 407, "Proxy Authentication Required", [challenge("n1")]);
        const second = await calls.phone.next("INVITE");
        await calls.refuse(second, 401, "Unauthorized", ['WWW-Authenticate: Digest realm="callee", nonce="n2"']);
        const third = await calls.phone.next("INVITE");
        expect(third.header("proxy-authorization")).toContain('realm="carrier"');
        expect(third.header("authorization")).toContain('realm="callee"');
        await calls.refuse(third, 486, "Busy Here");
        expect(await reported.next()).toEqual({ kind: "ended", cause: "busy" });
    });

    test("that refuses the credentials ends the call", async () => {
        const { reported, invite } = await calls.offered(trunkTo(calls.phone, { credentials }));
        await calls.refuse(invite, 407, "Proxy Authentication Required", [challenge("n1")]);
        await calls.refuse(await calls.phone.next("INVITE"), 407, "Proxy Authentication Required", [challenge("n2")]);
        expect(await reported.next()).toEqual({ kind: "ended", cause: "forbidden" });
    });

    test("with a nonce that is always stale comes to an end", async () => {
        const { reported, invite } = await calls.offered(trunkTo(calls.phone, { credentials }));
        await calls.refuse(invite, 407, "Proxy Authentication Required", [challenge("n0")]);
        for (let nonce = 1; nonce <= 4; nonce++) {
            const again = await calls.phone.next("INVITE");
            await calls.refuse(again, 407, "Proxy Authentication Required", [challenge(`n${nonce}`, ", stale=true")]);
        }
        expect(await reported.next()).toEqual({ kind: "ended", cause: "forbidden" });
    });

    test("without credentials ends the call, and so does one of a stranger we were redirected to", async () => {
        const bare = await calls.offered();
        await calls.refuse(bare.invite, 401, "Unauthorized", ['WWW-Authenticate: Digest realm="r", nonce="n"']);
        expect(await bare.reported.next()).toEqual({ kind: "ended", cause: "forbidden" });
        const { reported, invite } = await calls.offered(trunkTo(calls.phone, { credentials }));
        await calls.refuse(invite, 302, "Moved Temporarily", [`Contact: <${calls.other.uri}>`]);
        const moved = await calls.other.next("INVITE");
        calls.other.respond(moved, 401, "Unauthorized", { headers: ['WWW-Authenticate: Digest realm="r", nonce="n"'] });
        expect(await reported.next()).toEqual({ kind: "ended", cause: "forbidden" });
        await calls.other.next("ACK");
    });
});

test("a session interval that is too small is raised", async () => {
    const { reported, invite } = await calls.offered();
    await calls.refuse(invite, 422, "Session Interval Too Small", ["Min-SE: 3600"]);
    const again = await calls.phone.next("INVITE");
    expect(again.header("session-expires")).toBe("3600");
    expect(again.header("min-se")).toBe("3600");
    await calls.refuse(again, 486, "Busy Here");
    expect(await reported.next()).toEqual({ kind: "ended", cause: "busy" });
});
