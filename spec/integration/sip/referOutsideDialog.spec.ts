import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Sdp } from "../../../lib/call/vocabulary.ts";
import { authorization, parseChallenges } from "../../../lib/sip/digest/DigestClient.ts";
import type { SipAccount } from "../../../lib/sip/registrar/SipAccount.ts";
import type { OpenedCall } from "../../support/sip/ScriptedIntake.ts";
import { PHONE_SDP, type PhoneCall, ScriptedPhone, sdpOf, type SipText } from "../../support/sip/ScriptedPhone.ts";
import { ALICE, SipSide } from "../../support/sip/SipSide.ts";

// A phone transfers its call by a REFER in a dialog of its own, which names the call by Target-Dialog (RFC 4538).

const account = (username: string): SipAccount => ({ username, password: "correct horse", user: ALICE, media: "rtp" });
const PEER = { name: "pbx", addresses: ["127.0.0.1"], trusted: true, maxCalls: Infinity };
const TARGET = "Refer-To: <sip:bob@127.0.0.1>";

let side: SipSide;
let phone: ScriptedPhone;

beforeEach(async () => {
    phone = await ScriptedPhone.on(0);
});

afterEach(async () => {
    await vi.waitFor(() => expect(side.held).toEqual([0, 0]), 3_000);
    phone.close();
});

interface Answered {
    readonly call: PhoneCall;
    readonly ok: SipText;
    readonly opened: OpenedCall;
}

async function answered(
    call = phone.invite(`sip:alice@127.0.0.1:${side.port()}`, { body: PHONE_SDP }),
): Promise<Answered> {
    const opened = await side.intake.next();
    await opened.request.origin.accept(sdpOf(50_000) as Sdp);
    const ok = await phone.next("SIP/2.0 200");
    phone.inDialog(call, ok, "ACK", 1);
    return { call, ok, opened };
}

async function hangUp({ call, ok, opened }: Answered): Promise<void> {
    phone.inDialog(call, ok, "BYE", 9);
    await phone.next("SIP/2.0 200");
    expect(opened.reported.facts.at(-1)).toEqual({ kind: "ended", cause: "hungUp" });
}

/** The header that names a call; the local tag is the bridge's, or that of the phone. */
function targetDialog({ call, ok }: Pick<Answered, "call" | "ok">, local: "bridge" | "phone" = "bridge"): string {
    const tagIn = (header: string): string => /;tag=([^;]+)/.exec(header)?.[1] ?? "";
    const [ours, theirs] = [tagIn(ok.header("to")), tagIn(call.from)];
    const [first, second] = local === "bridge" ? [ours, theirs] : [theirs, ours];
    return `Target-Dialog: ${call.callId};local-tag=${first};remote-tag=${second}`;
}

function refer(...headers: string[]): PhoneCall {
    return phone.invite(`sip:alice@127.0.0.1:${side.port()}`, { method: "REFER", headers: [TARGET, ...headers] });
}

/** The next NOTIFY of a REFER, which the phone accepts: the first line of its body, and the state. */
async function notified({ callId, from }: PhoneCall): Promise<string> {
    const notify = await phone.next("NOTIFY");
    phone.respond(notify, 200, "OK");
    expect(notify.header("call-id")).toBe(callId);
    expect(notify.header("to")).toContain(/;tag=.*/.exec(from)?.[0]);
    expect(notify.header("event")).toBe("refer");
    return `${notify.body.trim()} ${notify.header("subscription-state").split(";")[0]}`;
}

describe("a peer that can transfer calls", () => {
    beforeAll(async () => {
        side = await SipSide.start({ peers: [{ ...PEER, transfers: "allow" }] });
    });
    beforeEach(() => phone.talkTo(side.port()));
    afterAll(() => side.stop());

    test.each(["bridge", "phone"] as const)(
        "is notified until the end, if the local tag is that of the %s",
        async (local) => {
            const up = await answered();
            const asked = refer(targetDialog(up, local), "Require: tdialog");
            expect(await up.opened.reported.next()).toMatchObject({
                kind: "transferRequested",
                request: { by: { kind: "trunk", name: "pbx" }, to: { kind: "dialled" } },
            });
            const { origin } = up.opened.request;
            await origin.reportTransfer({ stage: "placed" });
            await phone.next("SIP/2.0 202");
            expect(await notified(asked)).toBe("SIP/2.0 100 Trying active");
            await origin.reportTransfer({ stage: "ringing" });
            expect(await notified(asked)).toBe("SIP/2.0 180 Ringing active");
            await origin.reportTransfer({ stage: "done" });
            expect(await notified(asked)).toBe("SIP/2.0 200 OK terminated");
            await hangUp(up);
        },
    );

    test("is not notified without a subscription", async () => {
        const up = await answered();
        const asked = refer(targetDialog(up), "Refer-Sub: false", "Require: norefersub");
        const { origin } = up.opened.request;
        await up.opened.reported.next();
        await origin.reportTransfer({ stage: "placed" });
        const accepted = await phone.next("SIP/2.0 202");
        expect(accepted.header("refer-sub")).toBe("false");
        await origin.reportTransfer({ stage: "done" });
        // the REFER has not made a dialog
        phone.inDialog(asked, accepted, "SUBSCRIBE", 2, { headers: ["Event: refer"] });
        await phone.next("SIP/2.0 481");
        await hangUp(up);
        expect(phone.unread.filter((line) => line.startsWith("NOTIFY"))).toEqual([]);
    });

    test.each([
        ["forbidden", 403],
        ["declined", 603],
    ] as const)("receives the end as the response if the transfer is %s", async (cause, status) => {
        const up = await answered();
        refer(targetDialog(up));
        await up.opened.reported.next();
        await up.opened.request.origin.reportTransfer({ stage: "failed", cause });
        await phone.next(`SIP/2.0 ${status}`);
        await hangUp(up);
    });

    test.each<[string, (up: Answered) => string[], number]>([
        ["names no call", () => [], 403],
        ["names a call that does not exist", () => ["Target-Dialog: a@b;local-tag=1;remote-tag=2"], 481],
        ["guesses the tag of the bridge", (up) => [targetDialog(up).replace(/local-tag=\w+/, "local-tag=1")], 481],
        ["names a call without its tags", ({ call }) => [`Target-Dialog: ${call.callId}`], 400],
        ["requires what is unknown", (up) => [targetDialog(up), "Require: tdialog, join"], 420],
    ])("is rejected if it %s", async (_, headersFor, status) => {
        const up = await answered();
        refer(...headersFor(up));
        await phone.next(`SIP/2.0 ${status}`);
        expect(up.opened.reported.facts).toEqual([]);
        await hangUp(up);
    });

    test("cannot transfer a call that rings", async () => {
        const call = phone.invite(`sip:alice@127.0.0.1:${side.port()}`, { body: PHONE_SDP });
        const opened = await side.intake.next();
        await opened.request.origin.ring();
        const ok = await phone.next("SIP/2.0 180");
        refer(targetDialog({ call, ok }));
        await phone.next("SIP/2.0 481");
        await opened.request.origin.end("busy");
        phone.within(call, "ACK", await phone.next("SIP/2.0 486"));
    });
});

test("a peer without the right to transfer calls is rejected", async () => {
    side = await SipSide.start({ peers: [PEER] });
    phone.talkTo(side.port());
    const up = await answered();
    refer(targetDialog(up));
    await phone.next("SIP/2.0 403");
    expect(up.opened.reported.facts).toEqual([]);
    await hangUp(up);
    await side.stop();
});

describe("a phone of a user", () => {
    beforeAll(async () => {
        side = await SipSide.start({ peers: [], accounts: [account("desk"), account("soft")] });
    });
    beforeEach(() => phone.talkTo(side.port()));
    afterAll(() => side.stop());

    /** Sends a request with the password of an account. */
    async function asAccount(username: string, method: string, request: { headers?: string[]; body?: string }) {
        const uri = `sip:bob@matrix.example`;
        const given = { ...request, method, from: `<sip:${username}@matrix.example>` };
        const challenged = phone.invite(uri, given);
        const unauthorized = await phone.next("SIP/2.0 401");
        if (method === "INVITE") phone.within(challenged, "ACK", unauthorized);
        const [challenge] = parseChallenges(unauthorized.headers("www-authenticate")[0] ?? "");
        if (challenge === undefined) throw new Error("no challenge");
        const by = { username, password: "correct horse" };
        const header = authorization(challenge, by, { method, uri, body: request.body ?? "" }, 1, "cnonce");
        return phone.invite(uri, { ...given, headers: [...(given.headers ?? []), `Authorization: ${header}`] });
    }

    test("transfers its call with its password", async () => {
        const up = await answered(await asAccount("desk", "INVITE", { body: PHONE_SDP }));
        await asAccount("desk", "REFER", { headers: [TARGET, targetDialog(up)] });
        expect(await up.opened.reported.next()).toMatchObject({ kind: "transferRequested" });
        await up.opened.request.origin.reportTransfer({ stage: "failed", cause: "declined" });
        await phone.next("SIP/2.0 603");
        await hangUp(up);
    });

    test("cannot transfer the call of another account, even from the same address", async () => {
        const up = await answered(await asAccount("desk", "INVITE", { body: PHONE_SDP }));
        await asAccount("soft", "REFER", { headers: [TARGET, targetDialog(up)] });
        await phone.next("SIP/2.0 403");
        expect(up.opened.reported.facts).toEqual([]);
        await hangUp(up);
    });
});
