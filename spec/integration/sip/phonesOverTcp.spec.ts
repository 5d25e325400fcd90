import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { CallId, Sdp } from "../../../lib/call/vocabulary.ts";
import { authorization, parseChallenges } from "../../../lib/sip/digest.ts";
import { PhoneLegs } from "../../../lib/sip/registrar/PhoneLegs.ts";
import { wayTo } from "../../../lib/sip/registrar/composePhoneInvite.ts";
import { systemClock } from "../../../lib/telemetry/systemClock.ts";
import { Reported } from "../../support/sip/ScriptedIntake.ts";
import { PHONE_SDP, SipText } from "../../support/sip/ScriptedPhone.ts";
import { ALICE, SipSide } from "../../support/sip/SipSide.ts";

const password = "correct horse";
/** As browsers and apps write it: an address nobody could connect to (RFC 7118, section 5). */
const CONTACT = "sip:desk@f81d4fae.invalid;transport=tcp";

let side: SipSide;
let socket: Socket;
let received: string;

beforeEach(async () => {
    side = await SipSide.start({ peers: [], accounts: [{ username: "desk", password, user: ALICE, media: "rtp" }] });
    received = "";
    socket = connect(side.port("tcp"), "127.0.0.1");
    socket.setEncoding("utf8").on("data", (text: string) => {
        received += text;
    });
    await once(socket, "connect");
});

afterEach(async () => {
    socket.destroy();
    await side.stop();
});

/** The message that begins so, once it is there as a whole. */
function next(start: string): Promise<SipText> {
    return vi.waitFor(() => {
        const at = received.indexOf(start);
        if (at < 0 || !received.includes("\r\n\r\n", at)) throw new Error(`no ${start} in: ${received}`);
        return new SipText(received.slice(at));
    }, 5_000);
}

function register(sequence: number, ...more: readonly string[]): void {
    const lines = [
        "REGISTER sip:matrix.example SIP/2.0",
        `Via: SIP/2.0/TCP f81d4fae.invalid;branch=z9hG4bK${sequence}`,
        "From: <sip:desk@matrix.example>;tag=1",
        "To: <sip:desk@matrix.example>",
        "Call-ID: r1",
        `CSeq: ${sequence} REGISTER`,
        "Max-Forwards: 70",
        `Contact: <${CONTACT}>;expires=600`,
        ...more,
        "Content-Length: 0",
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
}

it("calls a phone over the connection it registered by", async () => {
    register(1);
    const [challenge] = parseChallenges((await next("SIP/2.0 401")).headers("www-authenticate")[0] ?? "");
    if (challenge === undefined) throw new Error("no challenge");
    const request = { method: "REGISTER", uri: "sip:matrix.example", body: "" };
    register(2, `Authorization: ${authorization(challenge, { username: "desk", password }, request, 1, "c")}`);
    await next("SIP/2.0 200");

    const [contact] = (await side.contacts.load()).get("desk") ?? [];
    if (contact === undefined) throw new Error("not registered");
    const { link: stack, calls, log } = side;
    const legs = new PhoneLegs({ stack, calls, log, clock: systemClock, userAgent: "spec/1", realm: "matrix.example" });
    const reported = new Reported();
    const target = { network: "phone", media: "rtp", account: "desk", ...wayTo(contact) } as const;
    const leg = legs.dial("c1" as CallId, { ...target, caller: { kind: "anonymous" } }, reported.report);
    await leg.offer(PHONE_SDP as Sdp);
    expect((await next("INVITE ")).uri).toBe(CONTACT);

    // when the connection is gone there is no way to it any more
    socket.destroy();
    expect(await reported.next()).toMatchObject({ kind: "ended" });
});
