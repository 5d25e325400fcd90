import { describe, expect, test } from "vitest";
import { authorization, parseChallenges } from "../../../lib/sip/digest/DigestClient.ts";
import { beforeEachOutgoingCalls } from "../../support/sip/beforeEachOutgoingCalls.ts";
import { type OutgoingCalls, trunkTo } from "../../support/sip/OutgoingCalls.ts";
import { PHONE_SDP, type SipText } from "../../support/sip/ScriptedPhone.ts";

// How an outgoing call is signed where it is asked to be. As in outgoingCalls.spec.ts all is real but the desk and the
// phones.

let calls: OutgoingCalls;

beforeEachOutgoingCalls((made) => {
    calls = made;
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

    test("of each proxy on the way, one after the other or together, is answered by credentials for all", async () => {
        const { leg, reported, invite } = await calls.offered(trunkTo(calls.phone, { credentials }));
        const realmsOf = (message: SipText, name: string): string[] =>
            message.headers(name).map((line) => /realm="([^"]*)"/.exec(line)?.[1] ?? "");
        const asks = (realm: string, nonce: string): string =>
            `Proxy-Authenticate: Digest realm="${realm}", nonce="${nonce}", qop="auth"`;
        await calls.refuse(invite, 407, "Proxy Authentication Required", [asks("first", "n1")]);
        const second = await calls.phone.next("INVITE");
        expect(realmsOf(second, "proxy-authorization")).toEqual(["first"]);
        await calls.refuse(second, 407, "Proxy Authentication Required", [asks("second", "n2"), asks("third", "n3")]);
        const third = await calls.phone.next("INVITE");
        expect(realmsOf(third, "proxy-authorization")).toEqual(["first", "second", "third"]);
        expect(third.headers("proxy-authorization").map((line) => /nc=(\w+)/.exec(line)?.[1])).toEqual([
            "00000002",
            "00000001",
            "00000001",
        ]);
        calls.phone.respond(third, 200, "OK", { body: PHONE_SDP });
        expect(await reported.next()).toMatchObject({ kind: "answered" });
        await calls.phone.next("ACK");
        await calls.hangUp({ leg, reported });
    });

    test("is answered for the PRACK as well, whose challenge could not be answered", async () => {
        const { reported, invite } = await calls.offered(trunkTo(calls.phone, { credentials }));
        await calls.refuse(invite, 407, "Proxy Authentication Required", [challenge("n1")]);
        const again = await calls.phone.next("INVITE");
        calls.phone.respond(again, 183, "Session Progress", {
            headers: ["Require: 100rel", "RSeq: 7"],
            body: PHONE_SDP,
        });
        const prack = await calls.phone.next("PRACK");
        const signature = prack.header("proxy-authorization");
        const cnonce = /cnonce="([^"]*)"/.exec(signature)?.[1] ?? "";
        const [asked] = parseChallenges(challenge("n1").replace("Proxy-Authenticate: ", ""));
        if (asked === undefined) throw new Error("no challenge");
        const signed = { method: "PRACK", uri: prack.uri, body: "" };
        expect(signature).toBe(authorization(asked, credentials, signed, 2, cnonce));
        calls.phone.respond(prack, 200, "OK");
        await calls.refuse(again, 486, "Busy Here");
        expect(await reported.next()).toEqual({ kind: "ringing" });
        expect(await reported.next()).toEqual({ kind: "ended", cause: "busy" });
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

    test("of each session refresh is answered, before the SIP server would refresh without", async () => {
        const expires = ["Session-Expires: 6;refresher=uac", "Require: timer", "Allow: INVITE, ACK, BYE, UPDATE"];
        const { leg, reported, invite } = await calls.offered(trunkTo(calls.phone, { credentials }));
        calls.phone.respond(invite, 200, "OK", { body: PHONE_SDP, headers: expires });
        expect(await reported.next()).toMatchObject({ kind: "answered" });
        await calls.phone.next("ACK");
        // together longer than the session would last
        for (let round = 1; round <= 3; round++) {
            const asked = await calls.phone.next("UPDATE");
            expect(asked.header("proxy-authorization")).toBe("");
            calls.phone.respond(asked, 407, "Proxy Authentication Required", { headers: [challenge("n1")] });
            const signed = await calls.phone.next("UPDATE");
            expect(signed.header("session-expires")).toBe("6;refresher=uac");
            expect(signed.header("proxy-authorization")).toContain(`nc=0000000${round}`);
            calls.phone.respond(signed, 200, "OK", { headers: expires });
        }
        expect(calls.phone.unread).toEqual([]);
        await calls.hangUp({ leg, reported });
    });

    test("that refuses the credentials ends the call", async () => {
        const { reported, invite } = await calls.offered(trunkTo(calls.phone, { credentials }));
        await calls.refuse(invite, 407, "Proxy Authentication Required", [challenge("n1")]);
        await calls.refuse(await calls.phone.next("INVITE"), 407, "Proxy Authentication Required", [challenge("n2")]);
        expect(await reported.next()).toEqual({ kind: "ended", cause: "networkFailure" });
    });

    test("with a nonce that is always stale comes to an end", async () => {
        const { reported, invite } = await calls.offered(trunkTo(calls.phone, { credentials }));
        await calls.refuse(invite, 407, "Proxy Authentication Required", [challenge("n0")]);
        for (let nonce = 1; nonce <= 4; nonce++) {
            const again = await calls.phone.next("INVITE");
            await calls.refuse(again, 407, "Proxy Authentication Required", [challenge(`n${nonce}`, ", stale=true")]);
        }
        expect(await reported.next()).toEqual({ kind: "ended", cause: "networkFailure" });
    });

    test("without credentials ends the call, and so does one from an unknown server after a redirect", async () => {
        const bare = await calls.offered();
        await calls.refuse(bare.invite, 401, "Unauthorized", ['WWW-Authenticate: Digest realm="r", nonce="n"']);
        expect(await bare.reported.next()).toEqual({ kind: "ended", cause: "networkFailure" });
        const { reported, invite } = await calls.offered(trunkTo(calls.phone, { credentials }));
        await calls.refuse(invite, 302, "Moved Temporarily", [`Contact: <${calls.other.uri}>`]);
        const moved = await calls.other.next("INVITE");
        calls.other.respond(moved, 401, "Unauthorized", { headers: ['WWW-Authenticate: Digest realm="r", nonce="n"'] });
        expect(await reported.next()).toEqual({ kind: "ended", cause: "networkFailure" });
        await calls.other.next("ACK");
    });
});
