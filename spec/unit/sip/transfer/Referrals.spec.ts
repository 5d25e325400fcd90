import { beforeEach, describe, expect, it } from "vitest";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import type { SipAddress } from "../../../../lib/numbering/SipAddress.ts";
import type { LegEvent } from "../../../../lib/ports/CallLeg.ts";
import { SipCalls } from "../../../../lib/sip/SipCalls.ts";
import { Referrals } from "../../../../lib/sip/transfer/Referrals.ts";
import type { TransferRights } from "../../../../lib/sip/transfer/TransferRights.ts";
import { FakeLeg } from "../../../support/FakeLeg.ts";
import { aDialogCopy } from "../../../support/sip/aTrunk.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { ScriptedRequest, ScriptedStack, settled } from "../../../support/sip/ScriptedStack.ts";

const bob = { kind: "address", address: "bob@matrix.example" as SipAddress } as const;
const rightsOf = (user: string): TransferRights => ({
    by: { kind: "user", user: user as MatrixUserId },
    calleesOf: (uri) => (uri.includes("bob") ? [bob] : []),
    isFrom: ({ address }) => address === "192.0.2.1",
    record: { kind: "account", address: "192.0.2.1" },
});
const alices = rightsOf("@alice:matrix.example");

let stack: ScriptedStack;
let calls: SipCalls;
let events: LegEvent[];

beforeEach(() => {
    stack = new ScriptedStack();
    calls = new SipCalls();
    events = [];
});

function referrals(rights: TransferRights | undefined = alices): Referrals {
    return new Referrals({
        stack,
        calls,
        log: new KeptLog(),
        userAgent: "spec/1",
        dialogId: "d1",
        headers: {},
        rights,
        leg: new FakeLeg(),
        report: (event) => events.push(event),
    });
}

function refer(target = "<sip:bob@matrix.example>", more: Record<string, string> = {}): ScriptedRequest {
    return new ScriptedRequest("REFER", { headers: { "Refer-To": target, CSeq: "7 REFER", ...more } });
}

/** Another call of a user, with this id in a Replaces header. */
function otherCall(rights: TransferRights | undefined): FakeLeg {
    const leg = new FakeLeg();
    const handler = {
        handle: () => undefined,
        lost: () => undefined,
        named: { leg, rights, peer: "pbx", copy: aDialogCopy, refer: () => undefined },
    };
    calls.addDialog("abc@phone;from-tag=theirs", handler);
    return leg;
}

const replacing = "<sip:bob@matrix.example?Replaces=abc%40phone%3Bto-tag%3Dours%3Bfrom-tag%3Dtheirs>";
const notified = (): string[] =>
    stack.requests.map(
        ({ headers, body = "" }) => `${body.trim()} ${headers["Subscription-State"]?.split(";")[0] ?? ""}`,
    );

describe("a REFER", () => {
    it("is accepted once the transfer is placed, and notified until its end", async () => {
        const dialog = referrals();
        const request = refer(undefined, { "Referred-By": "<sip:desk@matrix.example>" });
        dialog.take(request);
        expect(request.statuses).toEqual([]);
        expect(events).toEqual([
            {
                kind: "transferRequested",
                request: {
                    by: alices.by,
                    to: { kind: "dialled", callees: [bob] },
                    referredBy: "sip:desk@matrix.example",
                },
            },
        ]);
        await dialog.reportTransfer({ stage: "placed" });
        expect(request.statuses).toEqual([202]);
        await dialog.reportTransfer({ stage: "ringing" });
        await dialog.reportTransfer({ stage: "done" });
        dialog.close();
        expect(notified()).toEqual([
            "SIP/2.0 100 Trying active",
            "SIP/2.0 180 Ringing active",
            "SIP/2.0 200 OK terminated",
        ]);
    });

    it("names its subscription if it is not the first one", async () => {
        const dialog = referrals();
        dialog.take(refer());
        await dialog.reportTransfer({ stage: "failed", cause: "busy" });
        dialog.take(refer());
        await dialog.reportTransfer({ stage: "placed" });
        expect(stack.requests.map(({ headers }) => headers["Event"])).toEqual(["refer", "refer", "refer;id=7"]);
    });

    it("without a subscription is not notified", async () => {
        const dialog = referrals();
        const request = refer(undefined, { "Refer-Sub": "false", Require: "norefersub" });
        dialog.take(request);
        await dialog.reportTransfer({ stage: "placed" });
        await dialog.reportTransfer({ stage: "done" });
        expect(request.responses).toMatchObject([{ status: 202, headers: { "Refer-Sub": "false" } }]);
        expect(stack.requests).toEqual([]);
    });

    it.each([
        ["forbidden", [403], []],
        ["declined", [603], []],
        ["busy", [202], ["SIP/2.0 100 Trying active", "SIP/2.0 486 Busy Here terminated"]],
        ["notFound", [202], ["SIP/2.0 100 Trying active", "SIP/2.0 404 Not Found terminated"]],
    ] as const)("that fails with %s does not end the call", async (cause, statuses, notifications) => {
        const dialog = referrals();
        const request = refer();
        dialog.take(request);
        await dialog.reportTransfer({ stage: "failed", cause });
        expect(request.statuses).toEqual(statuses);
        expect(notified()).toEqual(notifications);
    });

    it.each([
        ["of a peer without the right to transfer", refer(), undefined, 403],
        ["without a target", refer(""), alices, 400],
        ["with two targets", refer("<sip:bob@a.example>, <sip:bob@b.example>"), alices, 400],
        ["for another method", refer("<sip:bob@a.example;method=BYE>"), alices, 603],
        ["for another scheme", refer("<https://a.example>"), alices, 603],
        ["that requires what is unknown", refer(undefined, { Require: "join" }), alices, 420],
        ["with a malformed Replaces", refer("<sip:bob@a.example?Replaces=abc>"), alices, 400],
    ] as const)("%s is rejected", (_, request, rights, status) => {
        const dialog = rights === undefined ? withoutRights() : referrals(rights);
        dialog.take(request);
        expect(request.statuses).toEqual([status]);
        expect(events).toEqual([]);
    });

    it("from another address is rejected, even if it knows the dialog", () => {
        const source = { protocol: "udp", address: "192.0.2.66", port: 5060 };
        const forged = new ScriptedRequest("REFER", { source, headers: { "Refer-To": "<sip:bob@a.example>" } });
        referrals().take(forged);
        expect(forged.statuses).toEqual([403]);
        expect(events).toEqual([]);
    });

    it("is rejected while another one is open", () => {
        const dialog = referrals();
        dialog.take(refer());
        const second = refer();
        dialog.take(second);
        expect(second.statuses).toEqual([491]);
        expect(events).toHaveLength(1);
    });

    it("ends its subscription with the dialog", async () => {
        const dialog = referrals();
        dialog.take(refer());
        await dialog.reportTransfer({ stage: "placed" });
        dialog.close();
        expect(notified().at(-1)).toBe("SIP/2.0 100 Trying terminated");
    });
});

describe("a REFER that names another call", () => {
    it("of the same user joins both", () => {
        const leg = otherCall(rightsOf("@alice:matrix.example"));
        referrals().take(refer(replacing));
        expect(events).toEqual([{ kind: "transferRequested", request: { by: alices.by, to: { kind: "call", leg } } }]);
    });

    it.each([
        ["another user", rightsOf("@bob:matrix.example")],
        ["a peer without rights", undefined],
    ] as const)("of %s is rejected", (_, rights) => {
        otherCall(rights);
        const request = refer(replacing);
        referrals().take(request);
        expect(request.statuses).toEqual([403]);
        expect(events).toEqual([]);
    });

    it("that does not exist fails with 481, and the dialog of the REFER goes on", async () => {
        const request = refer(replacing);
        referrals().take(request);
        await settled();
        expect(request.statuses).toEqual([202]);
        expect(notified().at(-1)).toBe("SIP/2.0 481 Call/Transaction Does Not Exist terminated");
    });
});

function withoutRights(): Referrals {
    return new Referrals({
        stack,
        calls,
        log: new KeptLog(),
        userAgent: "spec/1",
        dialogId: "d1",
        headers: {},
        report: (event) => events.push(event),
    });
}
