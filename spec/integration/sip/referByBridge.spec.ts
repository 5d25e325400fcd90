import { expect, test } from "vitest";
import type { CalledParty } from "../../../lib/numbering/CalledParty.ts";
import { beforeEachOutgoingCalls } from "../../support/sip/beforeEachOutgoingCalls.ts";
import { type Offered, type OutgoingCalls, trunkTo } from "../../support/sip/OutgoingCalls.ts";
import type { SipText } from "../../support/sip/ScriptedPhone.ts";
import { ALICE } from "../../support/sip/SipSide.ts";

// The bridge asks a phone of a trunk with `transfers: refer` to call the target of a transfer (RFC 3515).

let calls: OutgoingCalls;

beforeEachOutgoingCalls((made) => {
    calls = made;
});

async function referred(): Promise<{ readonly placed: Offered; readonly refer: SipText }> {
    const trunk = trunkTo(calls.phone, { transfers: "refer" });
    const placed = await calls.connected(trunk);
    const callee = { kind: "number", number: "+442079460601" } as CalledParty;
    const target = { network: "sip", media: "rtp", callee, caller: ALICE, trunks: [trunk.name] } as const;
    void placed.leg.referrer?.refer({ kind: "dialled", target });
    const refer = await calls.phone.next("REFER");
    expect(refer.header("refer-to")).toMatch(/^<sip:\+442079460601@/);
    return { placed, refer };
}

async function notifies({ invite }: Offered, sequence: number, body: string, state: string): Promise<void> {
    const headers = ["Event: refer", `Subscription-State: ${state}`, "Content-Type: message/sipfrag;version=2.0"];
    calls.phone.callBack(invite, "NOTIFY", sequence, { headers, body });
    await calls.phone.next("SIP/2.0 200");
}

test.each([
    [403, "rejectedByNetwork"],
    [405, "networkFailure"],
    [501, "networkFailure"],
    [603, "declined"],
] as const)(
    "a phone that rejects it with %i leaves the transfer to the bridge, and the call goes on",
    async (status, cause) => {
        const { placed, refer } = await referred();
        calls.phone.respond(refer, status, "Rejected");
        expect(await placed.reported.next()).toEqual({ kind: "referralRejected", cause });
        await calls.hangUp(placed);
    },
);

test("a phone that is not allowed to call the target leaves the transfer to the bridge", async () => {
    const { placed, refer } = await referred();
    calls.phone.respond(refer, 202, "Accepted");
    expect(await placed.reported.next()).toMatchObject({ kind: "referral", progress: { stage: "placed" } });
    await notifies(placed, 1, "SIP/2.0 403 Forbidden", "terminated;reason=noresource");
    expect(await placed.reported.next()).toEqual({ kind: "referralRejected", cause: "rejectedByNetwork" });
    await calls.hangUp(placed);
});

test("a phone that notifies until the end carries the transfer out", async () => {
    const { placed, refer } = await referred();
    calls.phone.respond(refer, 202, "Accepted");
    await notifies(placed, 1, "SIP/2.0 100 Trying", "active;expires=60");
    await notifies(placed, 2, "SIP/2.0 180 Ringing", "active;expires=60");
    await notifies(placed, 3, "SIP/2.0 200 OK", "terminated;reason=noresource");
    const stages = [await placed.reported.next(), await placed.reported.next(), await placed.reported.next()];
    expect(stages.map((event) => event.kind === "referral" && event.progress.stage)).toEqual([
        "placed",
        "ringing",
        "done",
    ]);
    await calls.hangUp(placed);
});
