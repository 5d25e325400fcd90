import { afterEach, describe, expect, test, vi } from "vitest";
import type { SipTrunk } from "../../../lib/sip/SipTrunk.ts";
import { TrunkHealth } from "../../../lib/sip/trunk/TrunkHealth.ts";
import { TrunkProbes } from "../../../lib/sip/trunk/TrunkProbes.ts";
import { systemClock } from "../../../lib/telemetry/systemClock.ts";
import { aTrunk } from "../../support/sip/aTrunk.ts";
import { beforeEachOutgoingCalls } from "../../support/sip/beforeEachOutgoingCalls.ts";
import { OUR_SDP, type OutgoingCalls, trunkTo } from "../../support/sip/OutgoingCalls.ts";
import { PHONE_SDP, ScriptedPhone } from "../../support/sip/ScriptedPhone.ts";
import { type SipSide } from "../../support/sip/SipSide.ts";

// How an outgoing call finds its way: the next trunk, redirects. As in outgoingCalls.spec.ts all is real but
// the desk and the phones.

let calls: OutgoingCalls;
let side: SipSide;

beforeEachOutgoingCalls((made, on) => {
    calls = made;
    side = on;
});

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

describe("an address that says nothing", () => {
    const answerMs = 300;

    test("costs a moment, then the trunk's next address is called, and then the next trunk", async () => {
        const silent = await ScriptedPhone.on(side.port());
        const trunk = trunkTo(silent, { answerMs, alternatives: [{ domain: `127.0.0.1:${calls.phone.port}` }] });
        const { leg, reported } = calls.dial(trunk, trunkTo(calls.other));
        await leg.offer(OUR_SDP);
        const ignored = await silent.next("INVITE");
        const second = await calls.phone.next("INVITE");
        expect(second.uri).toBe(`sip:+442071838750@127.0.0.1:${calls.phone.port};user=phone`);
        await calls.refuse(second, 503, "Service Unavailable");
        const third = await calls.other.next("INVITE");
        calls.other.respond(third, 180, "Ringing");
        expect(await reported.next()).toEqual({ kind: "ringing" });
        // who was given up wakes up after all
        silent.respond(ignored, 180, "Ringing");
        silent.respond(await silent.next("CANCEL"), 200, "OK");
        silent.respond(ignored, 200, "OK", { body: PHONE_SDP });
        await silent.next("ACK");
        silent.respond(await silent.next("BYE"), 200, "OK");
        await calls.refuse(third, 486, "Busy Here", [], calls.other);
        expect(await reported.next()).toEqual({ kind: "ended", cause: "busy" });
        silent.close();
    });

    test("at the end of all ways ends the call", async () => {
        const { leg, reported } = calls.dial(trunkTo(calls.phone, { answerMs }));
        await leg.offer(OUR_SDP);
        await calls.phone.next("INVITE");
        expect(await reported.next()).toEqual({ kind: "ended", cause: "noResponse" });
    });

    test("but 100 is waited for", async () => {
        const { leg, reported } = calls.dial(trunkTo(calls.phone, { answerMs }), trunkTo(calls.other));
        await leg.offer(OUR_SDP);
        const invite = await calls.phone.next("INVITE");
        calls.phone.respond(invite, 100, "Trying");
        // as long as a silent address that is given thrice the time
        const silent = calls.dial(trunkTo(calls.other, { answerMs: 3 * answerMs }));
        await silent.leg.offer(OUR_SDP);
        await calls.other.next("INVITE");
        expect(await silent.reported.next()).toEqual({ kind: "ended", cause: "noResponse" });
        calls.phone.respond(invite, 180, "Ringing");
        expect(await reported.next()).toEqual({ kind: "ringing" });
        await calls.refuse(invite, 486, "Busy Here");
        expect(await reported.next()).toEqual({ kind: "ended", cause: "busy" });
        expect(calls.other.unread).toEqual([]);
    });

    test("that a redirect led to costs a moment as well", async () => {
        const { leg, reported } = calls.dial(trunkTo(calls.phone, { answerMs }));
        await leg.offer(OUR_SDP);
        const silent = await ScriptedPhone.on(side.port());
        await calls.refuse(await calls.phone.next("INVITE"), 302, "Moved Temporarily", [`Contact: <${silent.uri}>`]);
        expect((await silent.next("INVITE")).uri).toBe(silent.uri);
        expect(await reported.next()).toEqual({ kind: "ended", cause: "noResponse" });
        silent.close();
    });
});

describe("an address that is probed", () => {
    let probes: TrunkProbes;

    /** Probes these trunks, and calls by what that finds. */
    function probing(...trunks: SipTrunk[]): void {
        const parts = { stack: side.link, clock: systemClock, log: side.log, userAgent: "spec/1" };
        const health: TrunkHealth = new TrunkHealth(trunks, {
            ...parts,
            telemetry: side.telemetry,
            onDoubt: (address) => probes.askNow(address),
        });
        probes = new TrunkProbes(trunks, { ...parts, health, random: () => 0 });
        probes.start();
        calls.availability = health;
    }

    const standing = (phone: ScriptedPhone): string | undefined =>
        side.telemetry.counted
            .findLast((fact) => fact.includes(`127.0.0.1:${phone.port} `))
            ?.split(" ")
            .at(-1);

    afterEach(() => probes.stop());

    test("is not called first while it does not answer, and is again when it does", async () => {
        const trunk = trunkTo(calls.phone, {
            answerMs: 300,
            probeMs: 500,
            alternatives: [{ domain: `127.0.0.1:${calls.other.port}` }],
        });
        calls.other.answerAlways("OPTIONS", 404, "Not Found");
        probing(trunk);
        await vi.waitFor(() => expect(standing(calls.phone)).toBe("down"), 3_000);
        const { leg, reported } = calls.dial(trunk);
        await leg.offer(OUR_SDP);
        await calls.refuse(await calls.other.next("INVITE"), 486, "Busy Here", [], calls.other);
        expect(await reported.next()).toEqual({ kind: "ended", cause: "busy" });
        calls.phone.answerAlways("OPTIONS", 200, "OK");
        await vi.waitFor(() => expect(standing(calls.phone)).toBe("up"), 3_000);
        const again = calls.dial(trunk);
        await again.leg.offer(OUR_SDP);
        await calls.refuse(await calls.phone.next("INVITE"), 486, "Busy Here");
        expect(await again.reported.next()).toEqual({ kind: "ended", cause: "busy" });
        expect(standing(calls.other)).toBe("up");
    });

    test("and is down is reported with the reason", async () => {
        const told = vi.spyOn(side.log, "warn");
        const at = (name: string, given: Partial<SipTrunk>): SipTrunk =>
            aTrunk({ name, answerMs: 300, probeMs: 60_000, ...given });
        probing(
            at("silent", { domain: `127.0.0.1:${calls.phone.port}` }),
            at("closed", { domain: "127.0.0.1:1", nextHop: "sip:127.0.0.1:1;transport=tcp" }),
            at("closed by UDP", { domain: "127.0.0.1:1", answerMs: 2_500 }),
            at("nameless", { domain: "nowhere.invalid" }),
        );
        await vi.waitFor(() => expect(told.mock.calls).toHaveLength(4), 8_000);
        const whyOf = new Map(told.mock.calls.map(([, fields]) => [fields?.["trunk"], fields?.["why"]]));
        told.mockRestore();
        expect(whyOf.get("silent")).toBe("no response in time");
        expect(whyOf.get("closed")).toBe("no connection: ECONNREFUSED");
        expect(whyOf.get("closed by UDP")).toBe("no response and nothing listens there: ECONNREFUSED");
        expect(whyOf.get("nameless")).toMatch(/^no address for nowhere\.invalid/);
    });

    test("and found silent by a call is probed immediately, and the next call uses another address", async () => {
        const trunk = trunkTo(calls.phone, { answerMs: 300, probeMs: 60_000 });
        calls.phone.answerAlways("OPTIONS", 200, "OK");
        probing(trunk);
        await calls.phone.next("OPTIONS");
        calls.phone.answerAlways("OPTIONS", 503, "Service Unavailable");
        const { leg, reported } = calls.dial(trunk);
        await leg.offer(OUR_SDP);
        await calls.phone.next("INVITE");
        expect(await reported.next()).toEqual({ kind: "ended", cause: "noResponse" });
        await vi.waitFor(() => expect(standing(calls.phone)).toBe("down"), 3_000);
        const second = calls.dial(trunk, trunkTo(calls.other));
        await second.leg.offer(OUR_SDP);
        await calls.refuse(await calls.other.next("INVITE"), 486, "Busy Here", [], calls.other);
        expect(await second.reported.next()).toEqual({ kind: "ended", cause: "busy" });
    });

    test("or not, and asks for rest, is left alone", async () => {
        const trunk = trunkTo(calls.phone);
        probing(trunk);
        const first = await calls.offered(trunk, trunkTo(calls.other));
        await calls.refuse(first.invite, 503, "Service Unavailable", ["Retry-After: 60"]);
        await calls.refuse(await calls.other.next("INVITE"), 486, "Busy Here", [], calls.other);
        expect(await first.reported.next()).toEqual({ kind: "ended", cause: "busy" });
        const second = calls.dial(trunk, trunkTo(calls.other));
        await second.leg.offer(OUR_SDP);
        await calls.refuse(await calls.other.next("INVITE"), 486, "Busy Here", [], calls.other);
        expect(await second.reported.next()).toEqual({ kind: "ended", cause: "busy" });
        expect(calls.phone.unread).toEqual([]);
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

    test("is not followed to a number that the caller may not dial", async () => {
        const { reported, invite } = await calls.offered();
        const premium = calls.other.uri.replace("phone", "+19005550123");
        calls.phone.respond(invite, 302, "Moved Temporarily", { headers: [`Contact: <${premium}>`] });
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

test("a session interval that is too small is raised", async () => {
    const { reported, invite } = await calls.offered();
    await calls.refuse(invite, 422, "Session Interval Too Small", ["Min-SE: 3600"]);
    const again = await calls.phone.next("INVITE");
    expect(again.header("session-expires")).toBe("3600");
    expect(again.header("min-se")).toBe("3600");
    await calls.refuse(again, 486, "Busy Here");
    expect(await reported.next()).toEqual({ kind: "ended", cause: "busy" });
});
