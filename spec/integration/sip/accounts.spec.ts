import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CallId, Sdp } from "../../../lib/call/vocabulary.ts";
import { authorization, parseChallenges } from "../../../lib/sip/digest/DigestClient.ts";
import { addressingOf } from "../../../lib/sip/registrar/composePhoneInvite.ts";
import { PhoneLegs } from "../../../lib/sip/registrar/PhoneLegs.ts";
import type { SipAccount } from "../../../lib/sip/registrar/SipAccount.ts";
import { systemClock } from "../../../lib/telemetry/systemClock.ts";
import { PHONE_SDP, type PhoneCall, ScriptedPhone, type SipText } from "../../support/sip/ScriptedPhone.ts";
import { ALICE, SipSide } from "../../support/sip/SipSide.ts";

const desk: SipAccount = {
    username: "desk",
    password: "correct horse",
    user: ALICE,
    media: "rtp",
    displayName: "Desk",
};
const FROM = '"Alice" <sip:desk@matrix.example>';

let side: SipSide;
let phone: ScriptedPhone;

beforeEach(async () => {
    // no peers: digest is the only way in
    side = await SipSide.start({ peers: [], accounts: [desk] });
    phone = await ScriptedPhone.on(side.port());
});

afterEach(async () => {
    phone.close();
    await side.stop();
});

/** Sends a request, and once more with what its challenge asks for. Gives the second one and the answer to it. */
async function authenticated(
    uri: string,
    request: {
        method: string;
        headers?: readonly string[];
        from?: string;
        body?: string;
        password?: string;
        nth?: number;
    },
): Promise<{ readonly call: PhoneCall; readonly answer: SipText }> {
    const { method, headers = [], from = FROM, body = "", password = desk.password, nth = 0 } = request;
    const given = { method, headers, from, ...(body !== "" && { body }) };
    const challenged = phone.invite(uri, given);
    const unauthorized = await phone.next("SIP/2.0 401");
    if (method === "INVITE") phone.within(challenged, "ACK", unauthorized);
    const [challenge] = parseChallenges(unauthorized.headers("www-authenticate")[nth] ?? "");
    if (challenge === undefined) throw new Error("no challenge");
    const credentials = { username: "desk", password };
    const header = authorization(challenge, credentials, { method, uri, body }, 1, "cnonce");
    const call = phone.invite(uri, { ...given, headers: [...headers, `Authorization: ${header}`] });
    const answer = method === "INVITE" ? unauthorized : await phone.next("SIP/2.0");
    return { call, answer };
}

const register = (password?: string, nth?: number) =>
    authenticated("sip:desk@matrix.example", {
        method: "REGISTER",
        headers: ["Expires: 600"],
        ...(password !== undefined && { password }),
        ...(nth !== undefined && { nth }),
    });

describe("a phone registers", () => {
    test.each(["SHA-256", "MD5"])("by %s", async (algorithm) => {
        const { answer } = await register(desk.password, algorithm === "MD5" ? 1 : 0);
        expect(answer.startLine).toBe("SIP/2.0 200 OK");
        expect(answer.header("contact")).toBe(`<${phone.uri}>;expires=600`);
        expect([...(await side.contacts.load()).keys()]).toEqual(["desk"]);
        expect(side.log.lines).toEqual([]);
    });

    test("the challenges stand on lines of their own, the best first", async () => {
        phone.invite("sip:desk@matrix.example", { method: "REGISTER" });
        const challenges = (await phone.next("SIP/2.0 401")).headers("www-authenticate");
        expect(challenges.map((line) => /algorithm=([\w-]+)/.exec(line)?.[1])).toEqual(["SHA-256", "MD5"]);
    });

    test("and not with a wrong password", async () => {
        expect((await register("wrong")).answer.startLine).toBe("SIP/2.0 403 Forbidden");
        expect(side.telemetry.counted).toContain("dropped from sip: phone_wrong_credentials");
        expect((await side.contacts.load()).size).toBe(0);
    });

    test("at a host name of the bridge that only DNS knows", async () => {
        const { answer } = await authenticated("sip:desk@sip.example.org", {
            method: "REGISTER",
            headers: ["Expires: 600"],
            from: '"Alice" <sip:desk@sip.example.org>',
        });
        expect(answer.startLine).toBe("SIP/2.0 200 OK");
    });
});

test.each([
    ["OPTIONS", 200],
    // the message waiting lamp of most phones
    ["SUBSCRIBE", 489],
    ["MESSAGE", 405],
])(
    "a phone receives a response to %s at the source of its registration, and unknown peers receive none",
    async (method, status) => {
        await side.stop();
        side = await SipSide.start({ peers: [], unknownPeers: "drop", accounts: [desk] });
        phone.talkTo(side.port());
        const unknown = await ScriptedPhone.on(side.port());
        await register();
        unknown.invite("sip:matrix.example", { method, from: FROM });
        phone.invite("sip:matrix.example", { method, from: FROM });
        await phone.next(`SIP/2.0 ${status}`);
        await vi.waitFor(() => expect(side.gateway.unanswered).toBe(1));
        unknown.close();
    },
);

describe("a phone calls", () => {
    test("a number outside, as its user", async () => {
        const { call } = await authenticated("sip:+442071838750@matrix.example", { method: "INVITE", body: PHONE_SDP });
        const { request } = await side.intake.next();
        expect(request).toMatchObject({
            originMedia: "rtp",
            ring: [{ targets: [{ network: "sip", caller: ALICE, callerName: "Desk", trunks: ["carrier"] }] }],
        });
        await request.origin.end("busy");
        phone.within(call, "ACK", await phone.next("SIP/2.0 486"));
    });

    test("a number outside, which may learn what the phone says of its access, but not of who says so", async () => {
        const headers = [
            "P-Access-Network-Info: IEEE-802.3, 3GPP-GERAN;network-provided",
            "P-Charging-Vector: icid-value=forged",
        ];
        const { call } = await authenticated("sip:+442071838750@matrix.example", {
            method: "INVITE",
            headers,
            body: PHONE_SDP,
        });
        const { request } = await side.intake.next();
        expect(request.ring[0].targets[0]).toMatchObject({ network: "sip", accessNetwork: "IEEE-802.3" });
        await request.origin.end("busy");
        const refusal = await phone.next("SIP/2.0 486");
        expect(refusal.headers("p-charging-vector")).toEqual([]);
        phone.within(call, "ACK", refusal);
    });

    test("without being told of, if its user wants it so", async () => {
        const privacy = { method: "INVITE", headers: ["Privacy: id"], body: PHONE_SDP };
        const outside = await authenticated("sip:+442071838750@matrix.example", privacy);
        const trunk = await side.intake.next();
        expect(trunk.request.ring[0].targets[0]).toMatchObject({ network: "sip", caller: ALICE, callerIs: "withheld" });
        await trunk.request.origin.end("busy");
        phone.within(outside.call, "ACK", await phone.next("SIP/2.0 486"));
        const inside = await authenticated("sip:alice@matrix.example", privacy);
        const matrix = await side.intake.next();
        expect(matrix.request.ring[0].targets[0]).toMatchObject({ network: "matrix", caller: { kind: "anonymous" } });
        await matrix.request.origin.end("busy");
        phone.within(inside.call, "ACK", await phone.next("SIP/2.0 486"));
    });

    test.each([
        ["by the identity it prefers", "anonymous.invalid", ["P-Preferred-Identity: <sip:desk@matrix.example>"]],
        ["by where it registered", "anonymous.invalid", []],
        ["by where it registered, though anonymous with us", "matrix.example", []],
    ])("with its own name withheld from everybody but us, who know it %s", async (_, host, headers) => {
        if (headers.length === 0) await register();
        const { call } = await authenticated("sip:+442071838750@matrix.example", {
            method: "INVITE",
            headers: ["Privacy: id", ...headers],
            from: `"Anonymous" <sip:anonymous@${host}>`,
            body: PHONE_SDP,
        });
        const { request } = await side.intake.next();
        expect(request.ring[0].targets[0]).toMatchObject({ network: "sip", caller: ALICE, callerIs: "withheld" });
        await request.origin.end("busy");
        phone.within(call, "ACK", await phone.next("SIP/2.0 486"));
    });

    test("a Matrix user, whose other phones ring as well", async () => {
        await register();
        const { call } = await authenticated("sip:alice@matrix.example", { method: "INVITE", body: PHONE_SDP });
        const { request } = await side.intake.next();
        expect(request.ring[0].targets[0]).toMatchObject({
            network: "matrix",
            callee: ALICE,
            caller: { kind: "address", address: "desk@matrix.example", displayName: "Desk" },
        });
        // but not the one that calls
        expect(request.ring[0].targets.slice(1)).toEqual([]);
        await request.origin.end("busy");
        phone.within(call, "ACK", await phone.next("SIP/2.0 486"));
    });

    test("no callee that it may not call", async () => {
        const { call } = await authenticated("sip:+4912345678@matrix.example", { method: "INVITE", body: PHONE_SDP });
        phone.within(call, "ACK", await phone.next("SIP/2.0 403"));
    });

    test("a burst of calls, and then no more for a while", async () => {
        const forbidden = { method: "INVITE", body: PHONE_SDP };
        for (let calls = 0; calls < 10; calls++) {
            const { call } = await authenticated("sip:+4912345678@matrix.example", forbidden);
            phone.within(call, "ACK", await phone.next("SIP/2.0 403"));
        }
        const { call } = await authenticated("sip:+4912345678@matrix.example", forbidden);
        const refusal = await phone.next("SIP/2.0 503");
        expect(refusal.header("retry-after")).toBe("10");
        phone.within(call, "ACK", refusal);
        expect(side.telemetry.counted).toContain("dropped from sip: peer_too_fast");
        expect(side.log.lines).toEqual([expect.stringContaining("call rate exceeded")]);
    });

    test("no callee that does not exist", async () => {
        const { call } = await authenticated("sip:absent@127.0.0.1", { method: "INVITE", body: PHONE_SDP });
        phone.within(call, "ACK", await phone.next("SIP/2.0 404"));
    });
});

test("a call to its user rings a registered phone as well", async () => {
    await side.stop();
    const peer = { name: "pbx", addresses: ["127.0.0.1"], trusted: false, maxCalls: Infinity };
    side = await SipSide.start({ peers: [peer], accounts: [desk] });
    phone.talkTo(side.port());
    await register();
    const call = phone.invite("sip:2001@bridge.example", { body: PHONE_SDP });
    const { request } = await side.intake.next();
    expect(request.ring[0].targets[0]).toMatchObject({ network: "matrix", callee: ALICE });
    expect(request.ring[0].targets.slice(1)).toMatchObject([
        { network: "phone", media: "rtp", account: "desk", contact: phone.uri, nextHop: `sip:127.0.0.1:${phone.port}` },
    ]);
    await request.origin.end("busy");
    phone.within(call, "ACK", await phone.next("SIP/2.0 486"));
});

test("a phone behind a proxy is called by the way it registered, if the proxy is trusted", async () => {
    const byTrunk = { method: "REGISTER", headers: ["Path: <sip:127.0.0.1:9;lr>"] };
    expect((await authenticated("sip:desk@matrix.example", byTrunk)).answer.startLine).toBe(
        "SIP/2.0 403 Path Not Trusted",
    );
    await side.stop();
    const peer = { name: "edge", addresses: ["127.0.0.1"], trusted: true, maxCalls: Infinity };
    side = await SipSide.start({ peers: [peer], accounts: [desk] });
    phone.talkTo(side.port());
    const edge = await ScriptedPhone.on(side.port());
    const path = `sip:edge@127.0.0.1:${edge.port};lr`;
    const { answer } = await authenticated("sip:desk@matrix.example", {
        method: "REGISTER",
        headers: ["Expires: 600", `Path: <${path}>`, "Supported: path"],
    });
    expect(answer.header("path")).toBe(`<${path}>`);
    const [contact] = (await side.contacts.load()).get("desk") ?? [];
    if (contact === undefined) throw new Error("not registered");
    const { link: stack, calls, log } = side;
    const legs = new PhoneLegs({
        stack,
        calls,
        log,
        clock: systemClock,
        userAgent: "spec/1",
        random: () => 0.5,
        realm: "matrix.example",
        onUnreached: () => undefined,
    });
    const target = { network: "phone", media: "rtp", account: "desk", ...addressingOf(contact) } as const;
    const leg = legs.dial("c1" as CallId, { ...target, caller: { kind: "anonymous" } }, () => undefined);
    await leg.offer(PHONE_SDP as Sdp);
    const invite = await edge.next("INVITE");
    expect([invite.uri, invite.header("route")]).toEqual([phone.uri, `<${path}>`]);
    edge.respond(invite, 486, "Busy Here");
    expect((await edge.next("ACK")).header("route")).toBe(`<${path}>`);
    edge.close();
});
