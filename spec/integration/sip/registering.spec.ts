import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Sdp } from "../../../lib/call/vocabulary.ts";
import { authorization, parseChallenges } from "../../../lib/sip/digest/DigestClient.ts";
import type { SipTrunk } from "../../../lib/sip/SipTrunk.ts";
import { aTrunk } from "../../support/sip/aTrunk.ts";
import { PHONE_SDP, ScriptedPhone, type SipText } from "../../support/sip/ScriptedPhone.ts";
import { ALICE, SipSide } from "../../support/sip/SipSide.ts";

const credentials = { username: "bridge", password: "secret" };
const stopLater: { stop(): Promise<void> | void }[] = [];

afterEach(async () => {
    for (const thing of stopLater.splice(0).reverse()) await thing.stop();
});

/** A registrar that says what the spec tells it to, and a SIP side that registers with it. */
async function register(given: Partial<SipTrunk> = {}) {
    const registrar = await ScriptedPhone.on(0);
    const at = { domain: `127.0.0.1:${registrar.port}`, credentials, register: { seconds: 600 } };
    const trunk = aTrunk({ ...at, ...given });
    const side = await SipSide.start({ peers: [trunk], trunks: [trunk] });
    registrar.talkTo(side.port());
    stopLater.push({ stop: () => registrar.close() }, side);
    return { side, registrar };
}

/** Sends from an address that is no registrar's. */
async function elsewhere(side: SipSide): Promise<ScriptedPhone> {
    const phone = await ScriptedPhone.on(side.port(), "127.0.0.2");
    stopLater.push({ stop: () => phone.close() });
    return phone;
}

const challenge = (nonce: string, more = ""): string =>
    `WWW-Authenticate: Digest realm="carrier", nonce="${nonce}", algorithm=MD5, qop="auth"${more}`;

const sequenceOf = (message: SipText): number => Number.parseInt(message.header("cseq"), 10);

test("answers a challenge and a stale nonce, and is registered", async () => {
    const { side, registrar } = await register();
    const first = await registrar.next("REGISTER");
    registrar.respond(first, 401, "Unauthorized", { headers: [challenge("n1")] });
    const second = await registrar.next("REGISTER");
    expect(second.header("authorization")).toMatch(/username="bridge".*nonce="n1"/);
    registrar.respond(second, 401, "Unauthorized", { headers: [challenge("n2", ", stale=true")] });
    const third = await registrar.next("REGISTER");
    expect(third.header("authorization")).toContain('nonce="n2"');
    registrar.respond(third, 200, "OK", { headers: ["Expires: 600"] });
    await vi.waitFor(() => expect(side.telemetry.counted).toContain("registration of carrier up"));

    const messages = [first, second, third];
    expect(new Set(messages.map((message) => message.header("call-id"))).size).toBe(1);
    expect(messages.map(sequenceOf)).toEqual([1, 2, 3]);
    expect(first.header("contact")).toMatch(/^<sip:carrier-[0-9a-f]{24}@127\.0\.0\.1:\d+>;expires=600$/);
    expect(side.log.lines).toEqual([]);
});

test("asks for longer where it must, and refreshes before what was granted ends", async () => {
    const { registrar } = await register({ register: { seconds: 2 } });
    const first = await registrar.next("REGISTER");
    registrar.respond(first, 423, "Interval Too Brief", { headers: ["Min-Expires: 3"] });
    const second = await registrar.next("REGISTER");
    expect(second.header("expires")).toBe("3");
    const before = Date.now();
    registrar.respond(second, 200, "OK", { headers: ["Expires: 2"] });
    const refresh = await registrar.next("REGISTER");
    expect(Date.now() - before).toBeLessThan(2_000);
    expect(sequenceOf(refresh)).toBe(3);
});

test("tells the operator of a wrong password, once", async () => {
    const { side, registrar } = await register();
    registrar.respond(await registrar.next("REGISTER"), 401, "Unauthorized", { headers: [challenge("n1")] });
    registrar.respond(await registrar.next("REGISTER"), 401, "Unauthorized", { headers: [challenge("n2")] });
    const told = "warn: trunk registration rejected";
    await vi.waitFor(() => expect(side.log.lines).toEqual([told]));
    expect(side.telemetry.counted.filter((line) => line.startsWith("registration"))).not.toContain(
        "registration of carrier up",
    );
});

test("tries again after a failure", async () => {
    const { side, registrar } = await register();
    registrar.respond(await registrar.next("REGISTER"), 503, "Service Unavailable");
    registrar.respond(await registrar.next("REGISTER"), 200, "OK");
    await vi.waitFor(() => expect(side.telemetry.counted).toContain("registration of carrier up"));
});

test("goes on to the next address where one says nothing or refuses, and comes back at a refresh", async () => {
    const preferred = await ScriptedPhone.on(0);
    const refusing = await ScriptedPhone.on(0);
    const backup = await ScriptedPhone.on(0);
    const at = ({ port }: ScriptedPhone): string => `127.0.0.1:${port}`;
    const closedPort = { domain: "127.0.0.1:1", nextHop: "sip:127.0.0.1:1;transport=tcp" };
    const side = await SipSide.start({
        peers: [],
        trunks: [
            aTrunk({
                domain: at(preferred),
                alternatives: [{ domain: at(refusing) }, closedPort, { domain: at(backup) }],
                answerMs: 300,
                credentials,
                register: { seconds: 2 },
            }),
        ],
    });
    for (const each of [preferred, refusing, backup]) each.talkTo(side.port());
    stopLater.push(
        ...[preferred, refusing, backup].map((each) => ({
            stop: () => {
                each.close();
            },
        })),
        side,
    );

    await preferred.next("REGISTER");
    refusing.respond(await refusing.next("REGISTER"), 503, "Service Unavailable");
    const taken = await backup.next("REGISTER");
    expect(taken.uri).toBe(`sip:${at(backup)}`);
    backup.respond(taken, 200, "OK", { headers: ["Expires: 2"] });
    await vi.waitFor(() => expect(side.telemetry.counted).toContain("registration of carrier up"));
    expect(side.log.lines.filter((line) => line.includes("trying the next one"))).toHaveLength(3);

    const refresh = await preferred.next("REGISTER");
    expect(refresh.header("call-id")).toBe(taken.header("call-id"));
    preferred.respond(refresh, 200, "OK", { headers: ["Expires: 600"] });
    const ups = (): number => side.telemetry.counted.filter((line) => line.endsWith("carrier up")).length;
    await vi.waitFor(() => expect(ups()).toBe(2));
    const stopped = side.registrations.stop(3_000);
    const last = await preferred.next("REGISTER");
    expect(last.header("expires")).toBe("0");
    preferred.respond(last, 200, "OK");
    await stopped;
    expect([refusing.unread, backup.unread]).toEqual([[], []]);
});

test("goes on to the next host of a name, within one address", async () => {
    const folder = mkdtempSync(join(tmpdir(), "registering-"));
    stopLater.push({ stop: () => rmSync(folder, { recursive: true }) });
    const hostsFile = join(folder, "hosts");
    // nothing listens at the first
    writeFileSync(hostsFile, "127.0.0.2 registrar.example\n127.0.0.1 registrar.example\n");
    const registrar = await ScriptedPhone.on(0);
    const domain = `registrar.example:${registrar.port}`;
    const trunk = { domain, alternatives: [{ domain: "127.0.0.1:1" }], answerMs: 300, register: { seconds: 600 } };
    const side = await SipSide.start({ peers: [], trunks: [aTrunk(trunk)], hostsFile });
    registrar.talkTo(side.port());
    stopLater.push({ stop: () => registrar.close() }, side);
    const register = await registrar.next("REGISTER");
    expect(register.uri).toBe(`sip:${domain}`);
    registrar.respond(register, 200, "OK");
    await vi.waitFor(() => expect(side.telemetry.counted).toContain("registration of carrier up"));
    expect(side.log.lines, "that is the SIP server's business").toEqual([]);
});

test("registers again when the SIP server was away", async () => {
    const { side, registrar } = await register();
    const first = await registrar.next("REGISTER");
    registrar.respond(first, 200, "OK");
    await vi.waitFor(() => expect(side.telemetry.counted).toContain("registration of carrier up"));
    process.kill(side.server.pid ?? 0, "SIGKILL");
    const again = await registrar.next("REGISTER");
    expect(again.header("call-id")).toBe(first.header("call-id"));
    expect(sequenceOf(again)).toBe(2);
});

test("removes its registration at the end", async () => {
    const { side, registrar } = await register();
    registrar.respond(await registrar.next("REGISTER"), 200, "OK");
    await vi.waitFor(() => expect(side.telemetry.counted).toContain("registration of carrier up"));
    const stopped = side.registrations.stop(3_000);
    const last = await registrar.next("REGISTER");
    expect(last.header("contact")).toMatch(/;expires=0$/);
    registrar.respond(last, 200, "OK");
    await stopped;
});

test("does not wait long for a registrar that does not answer at the end", async () => {
    const { side, registrar } = await register();
    registrar.respond(await registrar.next("REGISTER"), 200, "OK");
    await vi.waitFor(() => expect(side.telemetry.counted).toContain("registration of carrier up"));
    const before = Date.now();
    await side.registrations.stop(200);
    expect(Date.now() - before).toBeLessThan(1_000);
});

test("takes a call that comes by its registration for the trunk's, and for whom it was dialled", async () => {
    const { side, registrar } = await register();
    const registration = await registrar.next("REGISTER");
    registrar.respond(registration, 200, "OK");
    const contact = /<([^>]+)>/.exec(registration.header("contact"))?.[1] ?? "";
    // only the contact shows that the call is for the registration
    const caller = await elsewhere(side);
    const call = caller.invite(contact, {
        body: PHONE_SDP,
        headers: ["P-Called-Party-ID: <sip:2001@carrier.example>"],
    });
    const { request } = await side.intake.next();
    expect(request.ring[0].targets[0]).toMatchObject({ network: "matrix", callee: ALICE });
    await request.origin.end("busy");
    caller.within(call, "ACK", await caller.next("SIP/2.0 486"));
});

test("recognises the registrar by its address, if it writes the called number in the Request-URI", async () => {
    const { side, registrar } = await register();
    registrar.respond(await registrar.next("REGISTER"), 200, "OK");
    await vi.waitFor(() => expect(side.telemetry.counted).toContain("registration of carrier up"));
    const call = registrar.invite(`sip:2001@127.0.0.1:${side.port()}`, { body: PHONE_SDP });
    const { request } = await side.intake.next();
    expect(request.ring[0].targets[0]).toMatchObject({ network: "matrix", callee: ALICE });
    await request.origin.end("busy");
    registrar.within(call, "ACK", await registrar.next("SIP/2.0 486"));
});

test("does not recognise a registrar by its address before it accepts the registration", async () => {
    const { side, registrar } = await register();
    await registrar.next("REGISTER");
    const call = registrar.invite(`sip:2001@127.0.0.1:${side.port()}`, { body: PHONE_SDP });
    registrar.within(call, "ACK", await registrar.next("SIP/2.0 403"));
});

test("routes a call to the account itself by the account's name, not by the secret user of its contact", async () => {
    const { side, registrar } = await register({ credentials: { username: "alice", password: "secret" } });
    const registration = await registrar.next("REGISTER");
    registrar.respond(registration, 200, "OK");
    const contact = /<([^>]+)>/.exec(registration.header("contact"))?.[1] ?? "";
    const call = registrar.invite(contact, { body: PHONE_SDP });
    const { request } = await side.intake.next();
    expect(request.ring[0].targets[0]).toMatchObject({ network: "matrix", callee: ALICE });
    await request.origin.end("busy");
    registrar.within(call, "ACK", await registrar.next("SIP/2.0 486"));
});

describe("somebody else calls as if by the registration", () => {
    test.each<[string, (contact: string, us: string) => { uri: string; headers?: readonly string[] }]>([
        ["knowing the trunk's name", (_, us) => ({ uri: `sip:carrier@${us}` })],
        ["knowing what such a contact looks like", (_, us) => ({ uri: `sip:carrier-${"0".repeat(24)}@${us}` })],
        ["with a part of the contact", (contact) => ({ uri: contact.replace(/[0-9a-f]{4}@/, "@") })],
        ["with more than the contact", (contact) => ({ uri: contact.replace("@", "0@") })],
        [
            "naming the contact where it is not called",
            (contact, us) => ({
                uri: `sip:2001@${us}`,
                headers: [`P-Called-Party-ID: <${contact}>`, `Referred-By: <${contact}>`],
            }),
        ],
    ])("%s, and stays an unknown peer", async (_, attempt) => {
        const { side, registrar } = await register();
        const registration = await registrar.next("REGISTER");
        registrar.respond(registration, 200, "OK");
        const contact = /<([^>]+)>/.exec(registration.header("contact"))?.[1] ?? "";
        const { uri, headers = [] } = attempt(contact, `127.0.0.1:${side.port()}`);
        const from = "<sip:+442071838750@carrier.example>";
        const asserted = "P-Asserted-Identity: <sip:+442071838750@carrier.example>";
        const caller = await elsewhere(side);
        const call = caller.invite(uri, { body: PHONE_SDP, from, headers: [asserted, ...headers] });
        caller.within(call, "ACK", await caller.next("SIP/2.0 403"));
        expect(side.telemetry.counted).toContain("dropped from sip: unknown_peer");
    });

    test("with the contact, and has to prove to be the trunk where the trunk's calls have to", async () => {
        const inboundAuth = { username: "carrier-in", password: "other secret" };
        const { side, registrar } = await register({ inboundAuth });
        const registration = await registrar.next("REGISTER");
        registrar.respond(registration, 200, "OK");
        const contact = /<([^>]+)>/.exec(registration.header("contact"))?.[1] ?? "";
        const call = registrar.invite(contact, { body: PHONE_SDP });
        const refusal = await registrar.next("SIP/2.0 4");
        expect(refusal.startLine).toMatch(/ 401 /);
        registrar.within(call, "ACK", refusal);
        const [challenge] = parseChallenges(refusal.header("www-authenticate"));
        if (challenge === undefined) throw new Error("no challenge");
        const digest = { method: "INVITE", uri: contact, body: PHONE_SDP };
        const proved = `Authorization: ${authorization(challenge, inboundAuth, digest, 1, "cnonce")}`;
        registrar.invite(contact, {
            body: PHONE_SDP,
            headers: [proved, "P-Called-Party-ID: <sip:2001@carrier.example>"],
        });
        expect((await side.intake.next()).request.ring[0].targets[0]).toMatchObject({
            network: "matrix",
            callee: ALICE,
        });
    });

    test("and a caller by it does not learn what it is", async () => {
        const { side, registrar } = await register();
        const registration = await registrar.next("REGISTER");
        registrar.respond(registration, 200, "OK");
        const contact = /<([^>]+)>/.exec(registration.header("contact"))?.[1] ?? "";
        const secret = contact.slice("sip:".length, contact.indexOf("@"));
        const call = registrar.invite(contact, {
            body: PHONE_SDP,
            headers: ["P-Called-Party-ID: <sip:2001@a.example>"],
        });
        const { request } = await side.intake.next();
        await request.origin.ring();
        const ringing = await registrar.next("SIP/2.0 180");
        await request.origin.accept(PHONE_SDP as Sdp);
        const ok = await registrar.next("SIP/2.0 200");
        registrar.inDialog(call, ok, "ACK", 1);
        await request.origin.end("hungUp");
        const bye = await registrar.next("BYE");
        registrar.respond(bye, 200, "OK");
        // but for the addresses of the dialog, which the caller chose
        const own = [ringing, ok, bye].map(({ text }) => text.replace(/^(?:To|From):.*$/gim, ""));
        expect(own.filter((text) => text.includes(secret))).toEqual([]);
    });
});
