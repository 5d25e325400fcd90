import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { CallId, Sdp } from "../../../lib/call/vocabulary.ts";
import type { TargetLeg } from "../../../lib/ports/CallLeg.ts";
import type { PhoneContact } from "../../../lib/ports/ContactStore.ts";
import { authorization, parseChallenges } from "../../../lib/sip/digest/DigestClient.ts";
import { PhoneLegs } from "../../../lib/sip/registrar/PhoneLegs.ts";
import { addressingOf } from "../../../lib/sip/registrar/composePhoneInvite.ts";
import { systemClock } from "../../../lib/telemetry/systemClock.ts";
import { Reported } from "../../support/sip/ScriptedIntake.ts";
import { PHONE_SDP, ScriptedPhone, SipText } from "../../support/sip/ScriptedPhone.ts";
import { ALICE, SipSide } from "../../support/sip/SipSide.ts";

const password = "correct horse";

let side: SipSide;
let socket: Socket;
let received: string;
let unreached: string[];

beforeEach(async () => {
    side = await SipSide.start({ peers: [], accounts: [{ username: "desk", password, user: ALICE, media: "rtp" }] });
    unreached = [];
    await connectPhone();
});

afterEach(async () => {
    socket.destroy();
    await side.stop();
});

/** Makes the connection of the phone, in place of the one before. */
async function connectPhone(): Promise<void> {
    received = "";
    socket = connect(side.port("tcp"), "127.0.0.1");
    socket.setEncoding("utf8").on("data", (text: string) => {
        received += text;
    });
    await once(socket, "connect");
}

/** The message that begins so, once it is there as a whole. */
function next(start: string): Promise<SipText> {
    return vi.waitFor(() => {
        const at = received.indexOf(start);
        if (at < 0 || !received.includes("\r\n\r\n", at)) throw new Error(`no ${start} in: ${received}`);
        return new SipText(received.slice(at));
    }, 5_000);
}

function register(sequence: number, contact: string, ...more: readonly string[]): void {
    const lines = [
        "REGISTER sip:matrix.example SIP/2.0",
        `Via: SIP/2.0/TCP f81d4fae.invalid;branch=z9hG4bK${sequence}`,
        "From: <sip:desk@matrix.example>;tag=1",
        "To: <sip:desk@matrix.example>",
        `Call-ID: ${socket.localPort ?? 0}`,
        `CSeq: ${sequence} REGISTER`,
        "Max-Forwards: 70",
        `Contact: <${contact}>;expires=600`,
        ...more,
        "Content-Length: 0",
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
}

/** Registers with the right password; resolves to what is kept of it. */
async function registered(uri: string): Promise<PhoneContact> {
    register(1, uri);
    const [challenge] = parseChallenges((await next("SIP/2.0 401")).headers("www-authenticate")[0] ?? "");
    if (challenge === undefined) throw new Error("no challenge");
    const request = { method: "REGISTER", uri: "sip:matrix.example", body: "" };
    register(2, uri, `Authorization: ${authorization(challenge, { username: "desk", password }, request, 1, "c")}`);
    await next("SIP/2.0 200");
    const [contact] = (await side.contacts.load()).get("desk") ?? [];
    if (contact === undefined) throw new Error("not registered");
    return contact;
}

function legTo(contact: PhoneContact, reported: Reported): TargetLeg {
    const { link: stack, calls, log } = side;
    const legs = new PhoneLegs({
        stack,
        calls,
        log,
        clock: systemClock,
        userAgent: "spec/1",
        random: () => 0.5,
        realm: "matrix.example",
        onUnreached: (target) => unreached.push(target.contact),
    });
    const target = { network: "phone", media: "rtp", account: "desk", ...addressingOf(contact) } as const;
    return legs.dial("c1" as CallId, { ...target, caller: { kind: "anonymous" } }, reported.report);
}

function call(contact: PhoneContact, reported: Reported): Promise<void> {
    return legTo(contact, reported).offer(PHONE_SDP as Sdp);
}

function respond(request: SipText, body = ""): void {
    const copied = ["Via", "From", "Call-ID", "CSeq"].map((name) => `${name}: ${request.header(name)}`);
    const to = request.header("to");
    const lines = [
        "SIP/2.0 200 OK",
        ...copied,
        `To: ${to}${to.includes("tag=") ? "" : ";tag=desk"}`,
        "Contact: <sip:desk@f81d4fae.invalid;transport=tcp>",
        ...(body === "" ? [] : ["Content-Type: application/sdp"]),
        `Content-Length: ${body.length}`,
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

it.each([
    // as browsers and apps write it: an address that cannot be connected to (RFC 7118, section 5)
    ["with an address that does not exist", "sip:desk@f81d4fae.invalid;transport=tcp"],
    ["with the address it has at home", "sip:desk@192.168.1.7:5060;transport=tcp"],
    ["with somebody else's address", "sip:+44900123456@127.0.0.1:9;transport=tcp"],
])("calls a phone %s over the connection it registered by", async (_, uri) => {
    const reported = new Reported();
    await call(await registered(uri), reported);
    expect((await next("INVITE ")).uri).toBe(uri);

    // when the connection is gone there is no way to it any more
    socket.destroy();
    expect(await reported.next()).toMatchObject({ kind: "ended" });
});

it("hangs up a phone over the connection by which it registered after it had lost that of the call", async () => {
    const uri = "sip:desk@f81d4fae.invalid;transport=tcp";
    const reported = new Reported();
    const leg = legTo(await registered(uri), reported);
    await leg.offer(PHONE_SDP as Sdp);
    respond(await next("INVITE "), PHONE_SDP);
    expect(await reported.next()).toMatchObject({ kind: "answered" });
    await next("ACK ");
    socket.destroy();
    await connectPhone();
    await registered(uri);
    const ended = leg.end("hungUp");
    respond(await next("BYE "));
    await ended;
    await vi.waitFor(() => expect(side.held).toEqual([0, 0]));
});

it("tells of a phone whose connection is closed, once and in one line", async () => {
    const contact = await registered("sip:desk@f81d4fae.invalid;transport=tcp");
    socket.destroy();
    await once(socket, "close");
    const reported = new Reported();
    await call(contact, reported);
    expect(await reported.next()).toMatchObject({ kind: "ended" });
    expect(unreached).toEqual([contact.uri]);
    expect(side.log.lines).toEqual([]);
});

it.each(["", ";transport=udp", ";transport=tcp"])(
    "gets nothing that is sent to others by registering their address%s",
    async (transport) => {
        const trunk = await ScriptedPhone.on(side.port());
        const theirs = `127.0.0.1:${trunk.port}${transport}`;
        await registered(`sip:${theirs}>, <sip:+442071838750@${theirs}`);
        for (const user of ["", "+442071838750@"]) {
            const uri = `sip:${user}127.0.0.1:${trunk.port}`;
            const request = { method: "OPTIONS", uri, headers: { To: `<${uri}>` } };
            await side.link.send(request, { onResponse: () => undefined });
            trunk.respond(await trunk.next("OPTIONS"), 200, "OK");
        }
        expect(received).not.toContain("OPTIONS");
        trunk.close();
    },
);
