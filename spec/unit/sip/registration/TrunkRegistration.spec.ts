import { beforeEach, describe, expect, it, test } from "vitest";
import { TrunkRegistration } from "../../../../lib/sip/registration/TrunkRegistration.ts";
import { TrunkRegistrations } from "../../../../lib/sip/registration/TrunkRegistrations.ts";
import type { OutgoingRequest, ResponseListener, SentRequest, SipStack } from "../../../../lib/sip/SipStack.ts";
import type { SipTrunk } from "../../../../lib/sip/SipTrunk.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog, KeptTelemetry } from "../../../support/quiet.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";
import { settled } from "../../../support/sip/ScriptedStack.ts";

/** Keeps every request with what becomes of it. */
class KeptRequests implements SipStack {
    readonly requests: OutgoingRequest[] = [];
    readonly #listeners: ResponseListener[] = [];

    send(request: OutgoingRequest, listener: ResponseListener): Promise<SentRequest> {
        this.requests.push(request);
        this.#listeners.push(listener);
        const cancel = (): Promise<void> => Promise.resolve();
        return Promise.resolve({ uri: request.uri ?? "", headers: new Map(), cancel });
    }

    /** The nth request is answered. */
    answer(nth: number, status: number, headers: readonly (readonly [string, string])[] = []): void {
        const response = { status, reason: "", headers: new Map(headers), body: "" };
        this.#listeners[nth]?.onResponse({ ...response, acknowledge: () => Promise.resolve() });
    }
}

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

it("does not wait for ever for an answer", () => {
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
    expect(log.lines.map((line) => line.replace(/^warn: trunk not registered: it (\w+ \w+).*$/, "$1"))).toEqual([
        "does not",
        "refuses us",
        "does not",
    ]);
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
