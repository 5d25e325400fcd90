import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { OUR_SDP, OutgoingCalls, trunkTo } from "../../support/sip/OutgoingCalls.ts";
import { PHONE_SDP, ScriptedPhone, type SipText } from "../../support/sip/ScriptedPhone.ts";
import { SipSide } from "../../support/sip/SipSide.ts";

// What an IMS core sends to its border (an IBCF), and what a PBX does not: routes, charging vectors, tel: and
// sips: URIs. The core is played by sockets: the one next to us, the one behind it, and the caller's.

const ICID = 'icid-value="AyretyU0dm+6O2IrT5tAFrbHLso=023551024"';
const ACCESS = "P-Access-Network-Info: 3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=234151D0FCE11";

let side: SipSide;
let border: ScriptedPhone;
let inner: ScriptedPhone;
let caller: ScriptedPhone;

beforeAll(async () => {
    const core = { name: "core", addresses: ["127.0.0.1"], trusted: true, maxCalls: Infinity };
    side = await SipSide.start({ peers: [{ ...core, charging: { ioi: "bridge.example" } }] });
});

afterAll(() => side.stop());

beforeEach(async () => {
    const port = side.port();
    [border, inner, caller] = [
        await ScriptedPhone.on(port),
        await ScriptedPhone.on(port),
        await ScriptedPhone.on(port),
    ];
});

afterEach(async () => {
    await vi.waitFor(() => expect(side.held).toEqual([0, 0]), 3_000);
    for (const phone of [border, inner, caller]) phone.close();
});

const routeBy = ({ port }: ScriptedPhone): string => `<sip:127.0.0.1:${port};lr>`;
const us = (): string => `127.0.0.1:${side.port()}`;
const routesOf = (message: SipText): string[] => message.header("route").split(/,\s*/);

describe("a call through two proxies that stay in the dialog", () => {
    test("comes with a route that names us, and goes back by both (RFC 3261, section 12.1.1)", async () => {
        const call = caller.invite(`sip:2001@${us()};user=phone`, {
            body: PHONE_SDP,
            headers: [
                // what the proxies add: the nearest first
                `Route: <sip:bridge@${us()};lr>`,
                `Record-Route: ${routeBy(border)}`,
                `Record-Route: ${routeBy(inner)}`,
            ],
        });
        const opened = await side.intake.next();
        await opened.request.origin.accept(OUR_SDP);
        const ok = await caller.next("SIP/2.0 200");
        expect(ok.header("record-route").split(/,\s*/)).toEqual([routeBy(border), routeBy(inner)]);
        caller.inDialog(call, ok, "ACK", 1, { headers: [`Route: <sip:bridge@${us()};lr>`] });
        await opened.request.origin.end("hungUp");
        const bye = await border.next("BYE");
        expect(bye.uri).toBe(caller.uri);
        expect(routesOf(bye)).toEqual([routeBy(border), routeBy(inner)]);
        border.respond(bye, 200, "OK");
    });

    test("goes out and is ended by both, the other way round (section 12.1.2)", async () => {
        const calls = await OutgoingCalls.on(side);
        const { leg, invite } = await calls.offered();
        const recorded = [`Record-Route: ${routeBy(inner)}, ${routeBy(border)}`];
        calls.phone.respond(invite, 200, "OK", { body: PHONE_SDP, headers: recorded });
        const ack = await border.next("ACK");
        expect(ack.uri).toBe(calls.phone.uri);
        expect(routesOf(ack)).toEqual([routeBy(border), routeBy(inner)]);
        await leg.end("hungUp");
        const bye = await border.next("BYE");
        expect(routesOf(bye)).toEqual([routeBy(border), routeBy(inner)]);
        border.respond(bye, 200, "OK");
        await calls.close();
    });
});

describe("P-Charging-Vector", () => {
    test("of a caller is in every message of the call, and with it who we are; the cell is in none", async () => {
        const call = caller.invite(`sip:2001@${us()}`, {
            body: PHONE_SDP,
            headers: [`P-Charging-Vector: ${ICID};orig-ioi=core.example`, ACCESS, "P-Visited-Network-ID: other.net"],
        });
        const whole = `${ICID};orig-ioi=core.example;term-ioi=bridge.example`;
        const opened = await side.intake.next();
        await opened.request.origin.ring();
        const ringing = await caller.next("SIP/2.0 180");
        await opened.request.origin.accept(OUR_SDP);
        const ok = await caller.next("SIP/2.0 200");
        caller.inDialog(call, ok, "ACK", 1);
        caller.inDialog(call, ok, "UPDATE", 2);
        const updated = await caller.next("SIP/2.0 200");
        await opened.request.origin.end("hungUp");
        const bye = await caller.next("BYE");
        caller.respond(bye, 200, "OK");
        const all = [ringing, ok, updated, bye];
        expect(all.map((message) => message.header("p-charging-vector"))).toEqual(all.map(() => whole));
        expect(all.filter(({ text }) => /utran|other\.net/i.test(text))).toEqual([]);
    });

    test("of a caller is in the answers to what comes before the call is up", async () => {
        const call = caller.invite(`sip:2001@${us()}`, {
            body: PHONE_SDP,
            headers: [`P-Charging-Vector: ${ICID}`],
        });
        const opened = await side.intake.next();
        await opened.request.origin.ring();
        const ringing = await caller.next("SIP/2.0 180");
        caller.inDialog(call, ringing, "UPDATE", 2);
        const updated = await caller.next("SIP/2.0 200");
        caller.inDialog(call, ringing, "INFO", 3);
        const informed = await caller.next("SIP/2.0 200");
        await opened.request.origin.end("busy");
        caller.within(call, "ACK", await caller.next("SIP/2.0 486"));
        const vector = `${ICID};term-ioi=bridge.example`;
        expect([updated, informed].map((each) => each.header("p-charging-vector"))).toEqual([vector, vector]);
    });

    test.each([
        ["is not mapped", "sip:absent@", PHONE_SDP, 404],
        ["cannot be read", "sip:2001@", "v=0 nonsense", 400],
    ])("of a caller who wants what %s is in the refusal", async (_, uri, body, status) => {
        const call = caller.invite(`${uri}${us()}`, { body, headers: [`P-Charging-Vector: ${ICID}`] });
        const refusal = await caller.next(`SIP/2.0 ${status}`);
        expect(refusal.header("p-charging-vector")).toBe(`${ICID};term-ioi=bridge.example`);
        caller.within(call, "ACK", refusal);
    });

    test("of a refused caller is in the refusal", async () => {
        const headers = [`P-Charging-Vector: ${ICID}`];
        const call = caller.invite(`sip:2001@${us()}`, { body: PHONE_SDP, headers });
        await (await side.intake.next()).request.origin.end("busy");
        const refusal = await caller.next("SIP/2.0 486");
        expect(refusal.header("p-charging-vector")).toBe(`${ICID};term-ioi=bridge.example`);
        caller.within(call, "ACK", refusal);
    });

    test("is made for calls to a trunk that wants one, and goes on with who answered", async () => {
        const calls = await OutgoingCalls.on(side);
        const trunk = trunkTo(calls.phone, { trusted: true, charging: { ioi: "bridge.example" } });
        const placed = await calls.offered(trunk);
        const ours = 'icid-value="call1";orig-ioi=bridge.example';
        expect(placed.invite.header("p-charging-vector")).toBe(ours);
        const headers = [`P-Charging-Vector: ${ours};term-ioi=core.example`];
        calls.phone.respond(placed.invite, 200, "OK", { body: PHONE_SDP, headers });
        await calls.phone.next("ACK");
        await placed.leg.end("hungUp");
        const bye = await calls.phone.next("BYE");
        expect(bye.header("p-charging-vector")).toBe(`${ours};term-ioi=core.example`);
        calls.phone.respond(bye, 200, "OK");
        await calls.close();
    });
});

describe("P-Access-Network-Info of a registered phone", () => {
    const access = "IEEE-802.11;i-wlan-node-id=001122334455";

    test("is in every message of its call to a trusted trunk that may have it", async () => {
        const calls = await OutgoingCalls.on(side);
        calls.accessNetwork = access;
        const { leg, invite } = await calls.offered(trunkTo(calls.phone, { trusted: true, charging: {} }));
        const reliable = ["Require: 100rel", "RSeq: 1", `Contact: <${calls.phone.uri}>`];
        calls.phone.respond(invite, 180, "Ringing", { headers: reliable });
        const prack = await calls.phone.next("PRACK");
        calls.phone.respond(prack, 200, "OK");
        calls.phone.respond(invite, 200, "OK", { body: PHONE_SDP });
        const ack = await calls.phone.next("ACK");
        await leg.end("hungUp");
        const bye = await calls.phone.next("BYE");
        calls.phone.respond(bye, 200, "OK");
        const vector = 'icid-value="call1"';
        for (const message of [invite, prack, bye]) {
            expect(message.header("p-access-network-info")).toBe(access);
            expect(message.header("p-charging-vector")).toBe(vector);
        }
        // RFC 7315, table 1
        expect(ack.headers("p-access-network-info")).toEqual([]);
        await calls.close();
    });

    test("is in no message to another trunk", async () => {
        const calls = await OutgoingCalls.on(side);
        calls.accessNetwork = access;
        const { leg, invite } = await calls.offered(trunkTo(calls.phone, { charging: {} }));
        calls.phone.respond(invite, 200, "OK", { body: PHONE_SDP });
        const ack = await calls.phone.next("ACK");
        await leg.end("hungUp");
        const bye = await calls.phone.next("BYE");
        calls.phone.respond(bye, 200, "OK");
        expect([invite, ack, bye].filter(({ text }) => /802\.11/.test(text))).toEqual([]);
        await calls.close();
    });
});

describe("whom a core calls", () => {
    test.each([
        ["a tel: URI with its context", "tel:2001;phone-context=ims.example"],
        ["a number within a sip: URI", "sip:2001;phone-context=ims.example@ims.example;user=phone"],
    ])("is read from %s", async (_, uri) => {
        const call = caller.invite(uri, { body: PHONE_SDP, headers: [`Route: <sip:${us()};lr>`] });
        const opened = await side.intake.next();
        await opened.request.origin.end("busy");
        caller.within(call, "ACK", await caller.next("SIP/2.0 486"));
    });

    test("is not rung by a sips: URI that came without TLS (RFC 5630, section 5.4)", async () => {
        const call = caller.invite(`sips:2001@${us()}`, { body: PHONE_SDP });
        const refusal = await caller.next("SIP/2.0 480");
        expect(refusal.header("warning")).toContain("SIPS Not Allowed");
        caller.within(call, "ACK", refusal);
    });
});

test("a call shows what the core asserts: who forwarded it, and that the number is verified", async () => {
    const call = caller.invite(`sip:2001@${us()}`, {
        body: PHONE_SDP,
        from: "<sip:anonymous@anonymous.invalid>",
        headers: [
            "Privacy: none",
            "P-Asserted-Identity: <sip:+493012345678;verstat=TN-Validation-Passed@ims.example;user=phone>, <tel:+493012345678>",
            "History-Info: <sip:+442071838750@ims.example?Reason=SIP%3Bcause%3D486>;index=1, <sip:2001@ims.example>;index=1.1",
        ],
    });
    const opened = await side.intake.next();
    expect(opened.request.ring[0].targets[0]).toMatchObject({
        caller: { kind: "number", number: "+493012345678" },
        provenance: { divertedBy: { kind: "number", number: "+442071838750" }, numberCheck: "passed" },
    });
    await opened.request.origin.end("busy");
    caller.within(call, "ACK", await caller.next("SIP/2.0 486"));
});
