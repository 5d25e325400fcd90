import { beforeEach, describe, expect, test } from "vitest";
import type { Sdp } from "../../../../lib/call/vocabulary.ts";
import type { LegEvent } from "../../../../lib/ports/CallLeg.ts";
import { DigestClient } from "../../../../lib/sip/digest/DigestClient.ts";
import type { RefreshDuty } from "../../../../lib/sip/dialog/refreshDuty.ts";
import { SipCalls } from "../../../../lib/sip/SipCalls.ts";
import type { AckState } from "../../../../lib/sip/dialog/DialogParts.ts";
import type { SipDialog } from "../../../../lib/sip/dialog/SipDialog.ts";
import { type HeaderFields, SipSendError } from "../../../../lib/sip/SipStack.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { aDialog } from "../../../support/sip/aDialog.ts";
import { sdpOf } from "../../../support/sip/ScriptedPhone.ts";
import { ScriptedRequest, ScriptedStack, settled } from "../../../support/sip/ScriptedStack.ts";

// What needs hours, silence or bad luck to happen in truth. The rest is in spec/integration/sip.

const LOCAL = sdpOf(50_000) as Sdp;
const REMOTE = sdpOf(40_000) as Sdp;
const CHANGED = sdpOf(40_002) as Sdp;

let clock: FakeClock;
let stack: ScriptedStack;
let calls: SipCalls;
let log: KeptLog;
let facts: LegEvent[];
let ended: number;

beforeEach(() => {
    clock = new FakeClock();
    stack = new ScriptedStack();
    calls = new SipCalls();
    log = new KeptLog();
    facts = [];
    ended = 0;
});

const CHARGED = { "P-Charging-Vector": "icid-value=1" };

function dialogOf(
    ack: AckState = "received",
    digest?: DigestClient,
    duty?: RefreshDuty,
    headers: HeaderFields = CHARGED,
): SipDialog {
    return aDialog({
        ...{ stack, calls, clock, log, digest, duty, headers, ack, timer: {} },
        local: LOCAL,
        remote: ack === "awaitedWithSdp" ? undefined : REMOTE,
        report: (fact) => facts.push(fact),
        onEnded: () => ended++,
    });
}

function nothingIsLeft(): void {
    expect({ dialogs: calls.dialogs, timers: clock.pending, ended }).toEqual({ dialogs: 0, timers: 0, ended: 1 });
}

describe("an offer of the peer", () => {
    test("that is not answered is rejected in time, and a late answer is not sent", async () => {
        const dialog = dialogOf();
        const update = new ScriptedRequest("UPDATE", { body: CHANGED });
        dialog.handle(update);
        clock.advance(25_000);
        expect(update.statuses).toEqual([488]);
        await dialog.answerOffer(LOCAL);
        await dialog.rejectOffer("noCommonMedia");
        expect(update.statuses).toEqual([488]);
        expect(clock.pending).toBe(0);
    });

    test("while another one waits is rejected with a retry time", () => {
        const dialog = dialogOf();
        dialog.handle(new ScriptedRequest("INVITE", { body: CHANGED }));
        const second = new ScriptedRequest("UPDATE", { body: sdpOf(40_004) });
        dialog.handle(second);
        expect(second.responses).toMatchObject([{ status: 500, headers: { "Retry-After": "3" } }]);
        expect(facts).toHaveLength(1);
    });

    test("that is cancelled is not answered any more, and the next one is taken", async () => {
        const dialog = dialogOf();
        const first = new ScriptedRequest("INVITE", { body: CHANGED });
        dialog.handle(first);
        first.cancel();
        await dialog.answerOffer(LOCAL);
        expect(first.statuses).toEqual([]);
        dialog.handle(new ScriptedRequest("INVITE", { body: sdpOf(40_004) }));
        expect(facts).toHaveLength(2);
    });

    test("keeps the call as it was if the answer to an offer cannot be sent, and owes no ACK then", async () => {
        const dialog = dialogOf();
        const invite = new ScriptedRequest("INVITE", { body: CHANGED });
        invite.respond = () => Promise.reject(new SipSendError("refused", "transaction over"));
        dialog.handle(invite);
        await dialog.answerOffer(LOCAL);
        dialog.handle(invite);
        await dialog.rejectOffer("noCommonMedia");
        expect(facts.map(({ kind }) => kind)).toEqual(["offered", "offered"]);
        await dialog.end("hungUp");
        expect(stack.sent).toEqual(["BYE"]);
    });

    test("is refused with what every message of the call carries", async () => {
        const dialog = dialogOf();
        const update = new ScriptedRequest("UPDATE", { body: CHANGED });
        dialog.handle(update);
        await dialog.rejectOffer("noCommonMedia");
        expect(update.responses).toMatchObject([{ status: 488, headers: { "P-Charging-Vector": "icid-value=1" } }]);
    });

    test("that came with an ACK cannot be refused: the call ends", async () => {
        const dialog = dialogOf("awaitedWithSdp");
        dialog.handle(new ScriptedRequest("ACK", { body: REMOTE }));
        expect(facts).toEqual([{ kind: "offered", sdp: REMOTE }]);
        await dialog.rejectOffer("noCommonMedia");
        expect(facts.at(-1)).toEqual({ kind: "ended", cause: "noCommonMedia" });
        expect(stack.sent).toEqual(["BYE"]);
        stack.answer(200);
        nothingIsLeft();
    });

    test("after the end gets 481", async () => {
        const dialog = dialogOf();
        await dialog.end("hungUp");
        const late = new ScriptedRequest("INVITE", { body: CHANGED });
        dialog.handle(late);
        expect(late.statuses).toEqual([481]);
        expect(facts).toEqual([]);
    });
});

describe("the end", () => {
    test("ends although the BYE is never answered", async () => {
        await dialogOf().end("hungUp");
        expect(calls.dialogs).toBe(1);
        clock.advance(40_000);
        nothingIsLeft();
    });

    test("is over if the BYE cannot be sent", async () => {
        stack.failWith(new SipSendError("noDialog", "gone"));
        await dialogOf().end("hungUp");
        nothingIsLeft();
    });

    test("ends if the BYE is challenged and there is no password", async () => {
        await dialogOf().end("hungUp");
        stack.answer(407, { headers: new Map([["proxy-authenticate", 'Digest realm="r", nonce="n"']]) });
        nothingIsLeft();
    });

    test("says BYE once more, signed, if it is challenged", async () => {
        const digest = new DigestClient({ username: "u", password: "p" }, () => "c");
        await dialogOf("received", digest).end("hungUp");
        stack.answer(407, { headers: new Map([["proxy-authenticate", 'Digest realm="r", nonce="n"']]) });
        await settled();
        expect(stack.sent).toEqual(["BYE", "BYE"]);
        stack.answer(200);
        nothingIsLeft();
    });

    test("is over if the password is never good enough for the BYE", async () => {
        const digest = new DigestClient({ username: "u", password: "p" }, () => "c");
        await dialogOf("received", digest).end("hungUp");
        for (let nonce = 0; nonce < 10; nonce++) {
            const headers = new Map([["proxy-authenticate", `Digest realm="r", nonce="${nonce}", stale=true`]]);
            stack.answer(407, { headers });
            await settled();
        }
        expect(stack.sent).toEqual(["BYE", "BYE", "BYE", "BYE", "BYE"]);
        nothingIsLeft();
    });

    test("waits for the ACK of our 200; if the server finds it will not come, the server's BYE is the last", async () => {
        const dialog = dialogOf("awaited");
        await dialog.end("hungUp");
        expect(stack.sent).toEqual([]);
        const timeout = { Reason: 'SIP ;cause=200 ;text="ACK timeout"' };
        dialog.handle(new ScriptedRequest("BYE", { origin: "server", headers: timeout }));
        expect(stack.sent).toEqual([]);
        nothingIsLeft();
    });

    test("by the server's own BYE is reported as what it was", () => {
        const timeout = { Reason: 'SIP ;cause=200 ;text="Session timer expired"' };
        dialogOf().handle(new ScriptedRequest("BYE", { origin: "server", headers: timeout }));
        expect(facts).toEqual([{ kind: "ended", cause: "networkFailure" }]);
        nothingIsLeft();
    });

    test("with the SIP server is reported once", () => {
        const dialog = dialogOf();
        dialog.handle(new ScriptedRequest("UPDATE", { body: CHANGED }));
        calls.lost();
        dialog.lost();
        expect(facts.filter(({ kind }) => kind === "ended")).toEqual([{ kind: "ended", cause: "serviceUnavailable" }]);
        nothingIsLeft();
    });
});

test.each([
    ["UPDATE", ""],
    ["UPDATE", REMOTE],
    ["INVITE", ""],
    ["INVITE", REMOTE],
])("a peer that refreshes by %s receives the remaining lifetime of the session", async (method, body) => {
    const headers = { Supported: "timer", "Session-Expires": "1800;refresher=uac" };
    const typed = body === "" ? headers : { ...headers, "Content-Type": "application/sdp" };
    const refresh = new ScriptedRequest(method, { headers: typed, body });
    dialogOf().handle(refresh);
    await settled();
    const told = { ...CHARGED, "Session-Expires": "1800;refresher=uac" };
    expect(refresh.responses).toMatchObject([{ status: 200, headers: told }]);
});

describe("a session that falls to us to refresh", () => {
    const credentials = { username: "bridge", password: "secret" };
    const duty = { seconds: 1_800, method: "UPDATE" } as const;
    const half = 1_800 * 500;
    const challenge = { headers: new Map([["proxy-authenticate", 'Digest realm="r", nonce="n"']]) };
    const client = (): DigestClient => new DigestClient(credentials, () => "c");

    test.each([
        ["without credentials, of a call that has no headers,", undefined, duty],
        ["that the peer refreshes", client(), undefined],
    ] as const)("%s is left to the SIP server", (_, digest, whose) => {
        dialogOf("received", digest, whose, {});
        clock.advance(2 * half);
        expect(stack.sent).toEqual([]);
    });

    test("is refreshed with the headers of the call, of which the SIP server does not know", async () => {
        dialogOf("received", undefined, duty);
        clock.advance(half);
        await settled();
        expect(stack.requests).toMatchObject([{ method: "UPDATE", headers: CHARGED }]);
        stack.answer(401, { headers: new Map([["www-authenticate", 'Digest realm="r", nonce="n"']]) });
        await settled();
        expect(stack.sent).toEqual(["UPDATE"]);
    });

    test("is refreshed with credentials before the SIP server would, and again and again", async () => {
        dialogOf("received", client(), duty);
        for (let round = 1; round <= 3; round++) {
            clock.advance(half);
            await settled();
            stack.answer(407, challenge);
            await settled();
            expect(stack.requests.at(-1)).toMatchObject({
                method: "UPDATE",
                headers: { "Session-Expires": "1800;refresher=uac", "P-Charging-Vector": "icid-value=1" },
                headerLines: [["Proxy-Authorization", expect.stringContaining('username="bridge"')]],
            });
            stack.answer(200, { headers: new Map([["session-expires", "1800;refresher=uac"]]) });
            await settled();
        }
        expect(stack.sent).toHaveLength(6);
    });

    test("by re-INVITE repeats what was agreed, and is acknowledged", async () => {
        dialogOf("received", client(), { ...duty, method: "INVITE" });
        clock.advance(half);
        await settled();
        expect(stack.requests.at(-1)).toMatchObject({
            method: "INVITE",
            body: LOCAL,
            headers: { "Content-Type": "application/sdp" },
        });
        stack.answer(200, { headers: new Map([["session-expires", "600;refresher=uac"]]) });
        await settled();
        expect(stack.sent).toEqual(["INVITE", "ACK"]);
        clock.advance(300_000);
        expect(stack.sent).toEqual(["INVITE", "ACK", "INVITE"]);
    });

    test("and the peer refreshes from now on is left to it", async () => {
        dialogOf("received", client(), duty);
        clock.advance(half);
        await settled();
        stack.answer(200, { headers: new Map([["session-expires", "1800;refresher=uas"]]) });
        clock.advance(4 * half);
        expect([stack.sent, clock.pending]).toEqual([["UPDATE"], 0]);
    });

    test("with credentials that are refused goes on as it is, and is tried again in time", async () => {
        dialogOf("received", client(), duty);
        for (let round = 1; round <= 2; round++) {
            clock.advance(half);
            for (let nth = 1; nth <= 2; nth++) {
                await settled();
                stack.answer(407, challenge);
            }
        }
        expect(stack.sent).toEqual(["UPDATE", "UPDATE", "UPDATE", "UPDATE"]);
        expect(facts).toEqual([]);
    });

    test("is not refreshed while an offer of the peer waits, nor once the call ends", async () => {
        const dialog = dialogOf("received", client(), duty);
        dialog.handle(new ScriptedRequest("UPDATE", { body: CHANGED }));
        clock.advance(24_000);
        dialogOf();
        await dialog.answerOffer(LOCAL);
        await dialog.end("hungUp");
        clock.advance(2 * half);
        await settled();
        expect(stack.sent).toEqual(["BYE"]);
    });
});
