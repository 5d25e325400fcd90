import { beforeEach, describe, expect, it, test } from "vitest";
import { TrunkRegistration } from "../../../../lib/sip/registration/TrunkRegistration.ts";
import { TrunkRegistrations } from "../../../../lib/sip/registration/TrunkRegistrations.ts";
import { SipSendError } from "../../../../lib/sip/SipStack.ts";
import type { SipTrunk } from "../../../../lib/sip/SipTrunk.ts";
import { atEachAddress } from "../../../../lib/sip/trunk/atEachAddress.ts";
import type { TrunkAvailability } from "../../../../lib/sip/trunk/TrunkHealth.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog, KeptTelemetry } from "../../../support/quiet.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";
import { KeptRequests } from "../../../support/sip/KeptRequests.ts";
import { settled } from "../../../support/sip/ScriptedStack.ts";

let clock: FakeClock;
let stack: KeptRequests;
let log: KeptLog;
let telemetry: KeptTelemetry;

const parts = () => ({ stack, clock, log, telemetry, userAgent: "spec/1", random: () => 0.5 });
const trunk = (given: Partial<SipTrunk> = {}) => ({
    ...aTrunk({ credentials: { username: "bridge", password: "secret" }, ...given }),
    register: { seconds: 600 },
});

beforeEach(() => {
    clock = new FakeClock();
    stack = new KeptRequests();
    log = new KeptLog();
    telemetry = new KeptTelemetry();
});

describe("the contact", () => {
    test.each([
        ["sip:carrier.example", ""],
        ["sip:carrier.example;transport=tcp", ";transport=tcp"],
        ["sip:carrier.example;transport=wss", ";transport=ws"],
    ])("is reached as the trunk is: %s", async (nextHop, parameter) => {
        const registration = new TrunkRegistration(trunk({ nextHop }), parts());
        registration.serverUp();
        await settled();
        const { contactUser } = registration;
        expect(stack.requests[0]?.headers["Contact"]).toBe(`<sip:${contactUser}@localhost${parameter}>;expires=600`);
    });

    it("is the same after a restart, and another with another password", () => {
        const contactOf = (password: string): string =>
            new TrunkRegistration(trunk({ credentials: { username: "bridge", password } }), parts()).contactUser;
        expect(contactOf("secret")).toBe(contactOf("secret"));
        expect(contactOf("other")).not.toBe(contactOf("secret"));
    });

    it("is not taken for the one it was at another address", async () => {
        const registration = new TrunkRegistration(trunk(), parts());
        registration.serverUp();
        await settled();
        const at = (address: string): string => `<sip:${registration.contactUser}@${address};line=1>`;
        const listed = `${at("192.0.2.9:5060")};expires=9, ${at("192.0.2.1:5060")};expires=100`;
        stack.answer(0, 200, [["contact", listed]]);
        clock.advance(82_000);
        expect(stack.requests).toHaveLength(1);
        clock.advance(1_000);
        expect(stack.requests).toHaveLength(2);
    });

    it("counts with another address that somebody on the way gave it", async () => {
        const registration = new TrunkRegistration(trunk(), parts());
        registration.serverUp();
        await settled();
        stack.answer(0, 200, [["contact", `<sip:${registration.contactUser}@203.0.113.7:1024>;expires=9`]]);
        clock.advance(8_000);
        expect(stack.requests).toHaveLength(2);
    });

    it("counts for its own interval where the trunk lists others", async () => {
        const registration = new TrunkRegistration(trunk(), parts());
        registration.serverUp();
        const ours = `<sip:${registration.contactUser}@192.0.2.1>;expires=100`;
        stack.answer(0, 200, [
            ["contact", `<sip:other@192.0.2.9>;expires=9, ${ours}`],
            ["expires", "9"],
        ]);
        clock.advance(82_000);
        expect(stack.requests).toHaveLength(1);
        clock.advance(1_000);
        await settled();
        expect(stack.requests).toHaveLength(2);
    });
});

it("is of an account whose name is no user part of a URI", () => {
    const credentials = { username: "alice smith@carrier.example", password: "secret" };
    new TrunkRegistration(trunk({ credentials }), parts()).serverUp();
    const ofRecord = "<sip:alice%20smith%40carrier.example@carrier.example>";
    expect(stack.requests[0]?.headers).toMatchObject({ From: ofRecord, To: ofRecord });
});

it("does not listen to the answer of a request that was overtaken", () => {
    const registration = new TrunkRegistration(trunk(), parts());
    registration.serverUp();
    registration.serverLost();
    registration.serverUp();
    stack.answer(0, 403);
    expect(registration.phase).toBe("registering");
    stack.answer(1, 200);
    expect(registration.phase).toBe("registered");
});

it("does not wait endlessly for an answer", () => {
    const registration = new TrunkRegistration(trunk(), parts());
    registration.serverUp();
    clock.advance(40_000);
    expect(registration.phase).toBe("waiting");
});

it("tells the operator of each change, once", () => {
    const registration = new TrunkRegistration(trunk(), parts());
    registration.serverUp();
    for (const [nth, status] of [503, 503, 403, 403, 200, 503].entries()) {
        stack.answer(nth, status);
        while (stack.requests.length === nth + 1) clock.advance(1_000);
    }
    expect(log.lines.map((line) => line.replace(/^warn: trunk registration (\w+).*$/, "$1"))).toEqual([
        "failed",
        "rejected",
        "failed",
    ]);
});

it("reports why it is down, and when it is tried again", () => {
    const reported: (string | undefined)[] = [];
    const whyTelemetry = { trunkRegistered: (_trunk: string, _state: string, why?: string) => void reported.push(why) };
    const registration = new TrunkRegistration(trunk(), { ...parts(), telemetry: whyTelemetry });
    registration.serverUp();
    stack.answer(0, 403);
    const failedAt = clock.now();
    while (stack.requests.length === 1) clock.advance(1_000);
    const next = new Date(clock.now()).toISOString().slice(11, 19);
    expect(clock.now() - failedAt).toBeGreaterThan(60_000);
    expect(reported).toEqual([
        undefined,
        `registration rejected with 403; check username and password; next attempt at ${next} UTC`,
    ]);
});

describe("with several addresses", () => {
    const several = (given: Partial<SipTrunk> = {}) =>
        trunk({
            domain: "a.example",
            alternatives: [{ domain: "b.example", nextHop: "sip:192.0.2.2;transport=tcp" }, { domain: "c.example" }],
            answerMs: 4_000,
            ...given,
        });
    const start = (availability?: TrunkAvailability): TrunkRegistration => {
        const registration = new TrunkRegistration(several(), { ...parts(), ...(availability && { availability }) });
        registration.serverUp();
        return registration;
    };
    const uris = (): readonly (string | undefined)[] => stack.requests.map(({ uri }) => uri);

    test.each([408, 500, 503, 504])("after %i the next address is tried immediately", async (status) => {
        const registration = start();
        stack.answer(0, status);
        stack.answer(1, 200);
        await settled();
        expect(uris()).toEqual(["sip:a.example", "sip:b.example"]);
        expect(stack.requests[1]).toMatchObject({ nextHop: "sip:192.0.2.2;transport=tcp", answerMs: 4_000 });
        expect(stack.requests[1]?.headers).toMatchObject({ To: "<sip:bridge@b.example>", CSeq: "2 REGISTER" });
        expect(registration.phase).toBe("registered");
        expect(telemetry.counted).toEqual(["registration of carrier down", "registration of carrier up"]);
        expect(log.lines).toEqual(["warn: trunk registration failed at this address, trying the next one"]);
    });

    test.each([403, 404, 423, 603])("%i is the same everywhere, so that no other is asked", (status) => {
        start();
        stack.answer(0, status);
        expect(uris()).toEqual(["sip:a.example"]);
    });

    test("the next address is tried if the request cannot be sent, and none while the SIP server is down", async () => {
        stack.failures = [new SipSendError("refused", "unknown host")];
        start();
        await settled();
        expect(uris()).toEqual(["sip:a.example", "sip:b.example"]);
        stack.failures = [new SipSendError("disconnected", "")];
        stack.answer(1, 503);
        await settled();
        expect(uris()).toEqual(["sip:a.example", "sip:b.example", "sip:c.example"]);
        clock.advance(0);
        expect(uris()).toHaveLength(3);
    });

    test("all addresses fail, and the round starts again after growing pauses", () => {
        const registration = start();
        const pauses = [1_500, 3_000, 6_000].map((pause) => {
            for (let nth = 1; nth <= 3; nth++) stack.answer(stack.requests.length - 1, 503);
            expect(registration.phase).toBe("waiting");
            const before = stack.requests.length;
            clock.advance(pause - 1);
            expect(stack.requests).toHaveLength(before);
            clock.advance(1);
            return stack.requests.at(-1)?.uri;
        });
        expect(pauses).toEqual(["sip:a.example", "sip:a.example", "sip:a.example"]);
        expect(stack.requests).toHaveLength(10);
        expect(log.lines, "each is logged once").toHaveLength(3);
    });

    test("the last is waited for longer", () => {
        start();
        stack.answer(0, 503);
        stack.answer(1, 503);
        expect(stack.requests.map(({ answerMs }) => answerMs)).toEqual([4_000, 4_000, 10_000]);
    });

    test("a refresh begins with the preferred one, and comes back there", () => {
        const registration = start();
        stack.answer(0, 408);
        stack.answer(1, 200);
        clock.advance(495_000);
        expect(uris().at(-1)).toBe("sip:a.example");
        expect(telemetry.counted.at(-1), "the other one stands meanwhile").toBe("registration of carrier up");
        stack.answer(2, 200);
        expect(registration.phase).toBe("registered");
        clock.advance(495_000);
        expect(uris().at(-1)).toBe("sip:a.example");
        expect(stack.requests.map(({ headers }) => headers["Expires"])).not.toContain("0");
    });

    test("unavailable addresses are tried last, and their responses are reported", () => {
        const failed: string[] = [];
        start({
            inOrder: (addresses) => [...addresses].reverse(),
            responded: ({ domain }, { status }) => failed.push(`${domain} ${status}`),
        });
        stack.answer(0, 503);
        expect(uris()).toEqual(["sip:c.example", "sip:b.example"]);
        expect(failed).toEqual(["c.example 503"]);
    });

    test("a password that was rejected is tried again at the next address", () => {
        const challenge = [["www-authenticate", 'Digest realm="r", nonce="n"']] as const;
        start();
        stack.answer(0, 401, challenge);
        stack.answer(1, 503);
        stack.answer(2, 401, challenge);
        expect(uris()).toEqual(["sip:a.example", "sip:a.example", "sip:b.example", "sip:b.example"]);
        expect(stack.requests[2]?.headerLines).toEqual([]);
        expect(stack.requests[3]?.headerLines?.flat().join(" ")).toMatch(/^Authorization .*uri="sip:b\.example"/);
    });

    test("the registered address fails, and the bridge registers at the next one immediately", () => {
        const registrations = new TrunkRegistrations([several()], parts());
        const [a, b] = atEachAddress(several());
        registrations.serverUp();
        stack.answer(0, 200);
        if (b !== undefined) registrations.addressDied(b);
        registrations.addressDied({ ...a, name: "other" });
        expect(stack.requests).toHaveLength(1);
        registrations.addressDied(a);
        expect(stack.requests).toHaveLength(2);
    });

    test("it leaves the one that holds its contact", async () => {
        const registration = start();
        stack.answer(0, 408);
        stack.answer(1, 200);
        clock.advance(495_000);
        const stopped = registration.stop(3_000);
        expect(uris()).toEqual(["sip:a.example", "sip:b.example", "sip:a.example", "sip:b.example"]);
        expect(stack.requests[3]?.headers["Expires"]).toBe("0");
        stack.answer(3, 200);
        await stopped;
        expect(clock.pending).toBe(0);
    });
});

it("leaves nothing behind at the end", async () => {
    const registrations = new TrunkRegistrations([trunk(), aTrunk({ name: "other" })], parts());
    registrations.serverUp();
    stack.answer(0, 200);
    const stopped = registrations.stop(3_000);
    stack.answer(1, 200);
    await stopped;
    expect(stack.requests.map(({ headers }) => headers["Expires"])).toEqual(["600", "0"]);
    expect(clock.pending).toBe(0);
    expect(telemetry.counted.at(-1)).toBe("registration of carrier down");
});

describe("a registration whose connection is lost", () => {
    /** Registered; `lost` reports the connection of the registration as closed. */
    async function registered() {
        const registrations = new TrunkRegistrations([trunk()], parts());
        registrations.serverUp();
        await settled();
        stack.answer(0, 200, [["expires", "600"]]);
        const callId = stack.requests[0]?.headers["Call-ID"] ?? "";
        const lost = async (which = callId): Promise<number> => {
            registrations.connectionLost(which);
            await settled();
            return stack.requests.length;
        };
        return { lost };
    }

    it("is made again immediately", async () => {
        const { lost } = await registered();
        expect(await lost()).toBe(2);
    });

    it("is not made again for the connection of another", async () => {
        const { lost } = await registered();
        expect(await lost("another")).toBe(1);
    });

    it("is made again after a pause if each connection is closed", async () => {
        const { lost } = await registered();
        await lost();
        stack.answer(1, 200, [["expires", "600"]]);
        expect(await lost()).toBe(2);
        clock.advance(5_000);
        await settled();
        expect(stack.requests).toHaveLength(3);
    });
});
