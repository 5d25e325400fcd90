import { beforeEach, describe, expect, it } from "vitest";
import type { CallId, Sdp } from "../../../../lib/call/vocabulary.ts";
import { ORIGIN } from "../../../../lib/call/vocabulary.ts";
import type { LegEvent } from "../../../../lib/ports/CallLeg.ts";
import type { SipDialogRecord } from "../../../../lib/ports/LegRecord.ts";
import type { ResumedSipLeg } from "../../../../lib/sip/dialog/ResumedSipLeg.ts";
import { ResumedSipLegs } from "../../../../lib/sip/dialog/ResumedSipLegs.ts";
import { assertToPhone } from "../../../../lib/sip/identity/assertedParty.ts";
import { SipCalls } from "../../../../lib/sip/SipCalls.ts";
import type { SipPeer } from "../../../../lib/sip/SipTrunk.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { sdpOf } from "../../../support/sip/ScriptedPhone.ts";
import { ScriptedRequest, ScriptedStack, settled } from "../../../support/sip/ScriptedStack.ts";

const EMBEDDED = { version: "v0.9.10-embedded" };
const DRACHTIO = { version: "v0.9.2" };
const LOCAL = sdpOf(50_000) as Sdp;
const REMOTE = sdpOf(40_000) as Sdp;

const record: SipDialogRecord = {
    ...{ network: "sip", phase: "connected", peer: "carrier", role: "callee", dialogId: "d1", headers: {}, timer: {} },
    ...{ local: LOCAL, remote: REMOTE, ack: "received", credentials: "withheld" },
    transferor: { kind: "peer", address: "192.0.2.1" },
    copy: { callId: "c1", local: "<sip:b@h>;tag=1", remote: "<sip:p@h>;tag=2", target: "sip:p", route: [], cseq: 1 },
};
const carrier: SipPeer = {
    ...{ name: "carrier", addresses: ["192.0.2.1"], trusted: true, maxCalls: 10, transfers: "allow" },
};

let clock: FakeClock;
let stack: ScriptedStack;
let calls: SipCalls;
let events: LegEvent[];
let responses: unknown[];

beforeEach(() => {
    clock = new FakeClock();
    stack = new ScriptedStack();
    calls = new SipCalls();
    events = [];
    responses = [];
});

/** A leg of the previous run, once the bridge is connected to this SIP server. */
function resumed(given: Partial<SipDialogRecord> = {}, server = EMBEDDED, peer = carrier): ResumedSipLeg {
    const legs = new ResumedSipLegs({
        ...{ stack, calls, clock, random: () => 0.5, userAgent: "spec/1", log: new KeptLog(), peers: [peer] },
        inherited: {
            respondTo: (id, { status, headers }) => {
                responses.push([id, status, headers?.["Retry-After"]]);
                return Promise.resolve();
            },
            heldDelivered: () => Promise.resolve(),
            cancelSent: () => Promise.resolve(),
            respondToLost: () => Promise.resolve(),
        },
        phones: {
            assert: assertToPhone("matrix.example"),
            rightsOf: (username, phone) => ({
                by: { kind: "user", user: `@${username}:matrix.example` as never },
                calleesOf: () => [{ kind: "anonymous" }] as never,
                isFrom: ({ address }) => address === phone.address,
                record: { kind: "account", ...phone },
            }),
        },
    });
    const call = { callId: "call1" as CallId, leg: ORIGIN };
    const leg = legs.resume(call, { ...record, ...given }, (event) => events.push(event));
    legs.serverUp(server);
    return leg;
}

function refer(address: string): ScriptedRequest {
    const source = { protocol: "udp", address, port: 5060 } as const;
    const headers = { "Refer-To": "<sip:+442079460102@bridge>", CSeq: "7 REFER" };
    return new ScriptedRequest("REFER", { headers, source });
}

function receive(request: ScriptedRequest): void {
    calls.dialogOf(request)?.handle(request);
}

describe("a resumed SIP leg", () => {
    it("lets a trunk transfer its call from its own address, as the configuration permits it today", async () => {
        resumed();
        receive(refer("192.0.2.1"));
        await settled();
        expect(events).toMatchObject([
            { kind: "transferRequested", request: { by: { kind: "trunk", name: "carrier" }, to: { kind: "dialled" } } },
        ]);
    });

    it.each<readonly [string, string, SipPeer]>([
        ["from another address", "198.51.100.7", carrier],
        ["of a trunk that is not permitted any more", "192.0.2.1", { ...carrier, transfers: undefined as never }],
    ])("rejects a transfer %s", async (_, address, peer) => {
        resumed({}, EMBEDDED, peer);
        const request = refer(address);
        receive(request);
        await settled();
        expect([request.statuses, events]).toEqual([[403], []]);
    });

    it("lets a phone transfer its call with the rights of its user", async () => {
        resumed({ peer: "desk", transferor: { kind: "account", address: "192.0.2.50" } });
        receive(refer("192.0.2.50"));
        await settled();
        expect(events).toMatchObject([{ request: { by: { kind: "user", user: "@desk:matrix.example" } } }]);
    });

    it("keeps all of that for the restart after this one", () => {
        expect(resumed().snapshot()).toMatchObject({ transferor: record.transferor, local: LOCAL, remote: REMOTE });
    });

    it("reports who a trusted peer says that it is now", () => {
        resumed();
        const headers = { "P-Asserted-Identity": "<sip:+442079460199@carrier.example>" };
        receive(new ScriptedRequest("UPDATE", { headers }));
        expect(events).toMatchObject([{ kind: "identified", party: { kind: "number" } }]);
    });

    it("rejects an offer that the restart interrupted, and takes the same one as a change afterwards", () => {
        resumed({ openTransactionId: "t7" });
        expect(responses).toEqual([["t7", 500, "1"]]);
        receive(new ScriptedRequest("INVITE", { body: REMOTE }));
        expect(events).toEqual([{ kind: "offered", sdp: REMOTE }]);
    });

    it("tells a peer that waits for the result of its transfer that it has failed", async () => {
        resumed({ openTransferEvent: "refer;id=7" });
        await settled();
        expect(stack.requests).toMatchObject([
            {
                method: "NOTIFY",
                headers: { Event: "refer;id=7", "Subscription-State": "terminated;reason=noresource" },
                body: "SIP/2.0 503 Service Unavailable\r\n",
            },
        ]);
    });

    it("is not asked anything if the SIP server has handed over its dialogs", () => {
        resumed();
        clock.advance(60_000);
        expect(stack.sent).toEqual([]);
    });

    it("is asked every 10 s on a server that does not hand over dialogs, and ends when the peer has hung up", async () => {
        resumed({}, DRACHTIO);
        await settled();
        stack.answer(200);
        clock.advance(10_000);
        await settled();
        expect([stack.sent, events]).toEqual([["OPTIONS", "OPTIONS"], []]);
        stack.answer(481);
        await settled();
        expect(events).toEqual([{ kind: "ended", cause: "networkFailure" }]);
        clock.advance(60_000);
        expect(stack.sent).toEqual(["OPTIONS", "OPTIONS", "BYE"]);
    });
});
