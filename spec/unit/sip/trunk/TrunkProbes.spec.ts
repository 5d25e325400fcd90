import { beforeEach, describe, expect, test } from "vitest";
import {
    type IncomingResponse,
    type OutgoingRequest,
    type ResponseListener,
    type SentRequest,
    SipSendError,
    type SipStack,
} from "../../../../lib/sip/SipStack.ts";
import type { SipTrunk } from "../../../../lib/sip/SipTrunk.ts";
import { TrunkProbes } from "../../../../lib/sip/trunk/TrunkProbes.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";
import { settled } from "../../../support/sip/ScriptedStack.ts";

/** A SIP server whose every request is answered by the spec, by the host it went to. */
class AnsweringStack implements SipStack {
    readonly sent: OutgoingRequest[] = [];
    failure: SipSendError | undefined;
    readonly #listeners = new Map<string, ResponseListener>();

    send(request: OutgoingRequest, listener: ResponseListener): Promise<SentRequest> {
        this.sent.push(request);
        if (this.failure !== undefined) return Promise.reject(this.failure);
        const { uri = "" } = request;
        this.#listeners.set(uri, listener);
        return Promise.resolve({ uri, headers: new Map(), transactionId: "t", cancel: () => Promise.resolve() });
    }

    answer(uri: string, status: number, headers: Readonly<Record<string, string>> = {}): void {
        const response: IncomingResponse = {
            status,
            reason: "",
            headers: new Map(Object.entries(headers)),
            body: "",
            acknowledge: () => Promise.resolve(),
        };
        this.#listeners.get(uri)?.onResponse(response);
    }

    /** Where requests went, since the last time it was asked. */
    takeUris(): readonly string[] {
        return this.sent.splice(0).map(({ uri = "" }) => uri);
    }
}

let clock: FakeClock;
let stack: AnsweringStack;
let found: string[];
let probes: TrunkProbes;

beforeEach(() => {
    clock = new FakeClock();
    stack = new AnsweringStack();
    found = [];
});

function probing(trunks: readonly SipTrunk[]): void {
    probes = new TrunkProbes(trunks, {
        stack,
        clock,
        log: new KeptLog(),
        userAgent: "spec/1",
        health: {
            probed: ({ domain }, response) => found.push(`${domain} ${response?.status ?? "not sent"}`),
        },
        random: () => 0.5,
    });
    probes.start();
}

const carrier = aTrunk({
    domain: "a",
    alternatives: [{ domain: "b", nextHop: "sip:b;transport=tcp" }],
    probeMs: 30_000,
});

test("each address is asked soon, then at intervals", () => {
    probing([aTrunk({ name: "silent", domain: "never" }), { ...carrier, answerMs: 4_000 }]);
    clock.advance(2_499);
    expect(stack.sent).toEqual([]);
    clock.advance(1);
    expect(stack.sent).toMatchObject([
        { method: "OPTIONS", uri: "sip:a", answerMs: 4_000 },
        { method: "OPTIONS", uri: "sip:b", nextHop: "sip:b;transport=tcp", answerMs: 4_000 },
    ]);
    stack.takeUris();
    stack.answer("sip:a", 200);
    clock.advance(29_999);
    expect(stack.takeUris()).toEqual([]);
    clock.advance(1);
    expect(stack.takeUris(), "no address is probed twice at the same time").toEqual(["sip:a"]);
});

test("the first final response is reported", () => {
    probing([aTrunk({ domain: "a", probeMs: 30_000 })]);
    clock.advance(2_500);
    stack.answer("sip:a", 100);
    expect(found).toEqual([]);
    stack.answer("sip:a", 404);
    stack.answer("sip:a", 200);
    expect(found).toEqual(["a 404"]);
});

describe("without an answer", () => {
    test("a failure of the own SIP server is reported, and the address is probed again", () => {
        probing([aTrunk({ domain: "a", probeMs: 30_000 })]);
        clock.advance(42_500);
        expect(found).toEqual(["a not sent"]);
        stack.takeUris();
        clock.advance(30_000);
        expect(stack.takeUris()).toEqual(["sip:a"]);
    });

    test.each([
        ["refused", ["a not sent"]],
        ["timeout", ["a not sent"]],
        ["disconnected", []],
    ] as const)("as it could not be sent (%s)", async (code, expected) => {
        stack.failure = new SipSendError(code, "");
        probing([aTrunk({ domain: "a", probeMs: 30_000 })]);
        clock.advance(2_500);
        await settled();
        expect(found).toEqual(expected);
        clock.advance(30_000);
        expect(stack.sent).toHaveLength(2);
    });
});

test("an address in doubt is probed immediately, once, and its interval starts again", () => {
    probing([carrier]);
    probes.askNow(carrier);
    probes.askNow(carrier);
    probes.askNow(aTrunk({ name: "unknown", domain: "a" }));
    expect(stack.takeUris()).toEqual(["sip:a"]);
    stack.answer("sip:a", 200);
    clock.advance(2_500);
    expect(stack.takeUris()).toEqual(["sip:b"]);
    clock.advance(27_500);
    expect(stack.takeUris()).toEqual(["sip:a"]);
});

test("of many addresses, twenty are probed at the same time, and all in the end", () => {
    const many = Array.from({ length: 50 }, (_, i) => aTrunk({ name: `t${i}`, domain: `h${i}`, probeMs: 30_000 }));
    probing(many);
    clock.advance(2_500);
    const asked = new Set<string>();
    for (const size of [20, 20, 10]) {
        const uris = stack.takeUris();
        expect(uris).toHaveLength(size);
        for (const uri of uris) {
            asked.add(uri);
            stack.answer(uri, 200);
        }
    }
    expect(asked.size).toBe(50);
});

test("after the stop no address is probed and no response is used", () => {
    const many = Array.from({ length: 30 }, (_, i) => aTrunk({ name: `t${i}`, domain: `h${i}`, probeMs: 30_000 }));
    probing(many);
    clock.advance(2_500);
    stack.takeUris();
    probes.stop();
    stack.answer("sip:h0", 200);
    probes.askNow(aTrunk({ name: "t29", domain: "h29" }));
    clock.advance(100_000);
    expect([stack.takeUris(), found, clock.pending]).toEqual([[], [], 0]);
});

describe("a probe of a trunk with an account", () => {
    const account = { username: "matrix", password: "secret" };
    const challenge = { "www-authenticate": 'Digest realm="asterisk", nonce="n1", algorithm=MD5, qop="auth"' };

    test("is sent in the name of the account", () => {
        probing([aTrunk({ domain: "pbx.example", credentials: account, probeMs: 30_000 })]);
        clock.advance(5_000);
        expect(stack.sent[0]?.headers).toMatchObject({
            From: "<sip:matrix@pbx.example>",
            To: "<sip:pbx.example>",
        });
    });

    test("answers a challenge, and reports only the response to that", () => {
        probing([aTrunk({ domain: "pbx.example", credentials: account, probeMs: 30_000 })]);
        clock.advance(5_000);
        stack.answer("sip:pbx.example", 401, challenge);
        expect(found).toEqual([]);
        expect(stack.sent[1]?.headerLines?.[0]).toEqual([
            "Authorization",
            expect.stringContaining('username="matrix"'),
        ]);
        stack.answer("sip:pbx.example", 200);
        expect(found).toHaveLength(1);
    });

    test("is repeated once only if its credentials are rejected", () => {
        probing([aTrunk({ domain: "pbx.example", credentials: account, probeMs: 30_000 })]);
        clock.advance(5_000);
        stack.answer("sip:pbx.example", 401, challenge);
        stack.answer("sip:pbx.example", 401, challenge);
        expect([stack.sent.length, found.length]).toEqual([2, 1]);
    });

    test("has no user in From where the trunk has no account", () => {
        probing([aTrunk({ domain: "pbx.example", probeMs: 30_000 })]);
        clock.advance(5_000);
        expect(stack.sent[0]?.headers).not.toHaveProperty("From");
    });
});
