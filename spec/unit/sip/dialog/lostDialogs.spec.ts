import { beforeEach, expect, it } from "vitest";
import type { DialogCopy } from "../../../../lib/ports/LegRecord.ts";
import { DigestClient } from "../../../../lib/sip/digest/DigestClient.ts";
import { Inheritance } from "../../../../lib/sip/dialog/Inheritance.ts";
import { SipCalls } from "../../../../lib/sip/SipCalls.ts";
import { SipSendError } from "../../../../lib/sip/SipStack.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { ScriptedStack, settled } from "../../../support/sip/ScriptedStack.ts";

const COPY: DialogCopy = {
    callId: "c1",
    local: "<sip:bridge@192.0.2.1>;tag=ours",
    remote: "<sip:2001@pbx.example>;tag=theirs",
    target: "sip:2001@192.0.2.9:5070",
    route: [],
    cseq: 7,
};
const CREDENTIALS = { username: "bridge", password: "secret" };
const DRACHTIO = { version: "v0.9.10" };

let stack: ScriptedStack;
let inheritance: Inheritance;

/** A bridge with one connected call, whose SIP server is lost. */
beforeEach(() => {
    stack = new ScriptedStack();
    const calls = new SipCalls();
    calls.addDialog("c1;from-tag=ours", {
        handle: () => undefined,
        lost: () => ({ copy: COPY, digest: new DigestClient(CREDENTIALS, () => "cnonce"), headers: { "X-Call": "1" } }),
    });
    const notNeeded = (): Promise<never> => Promise.reject(new Error("not needed"));
    const inherited = {
        respondTo: notNeeded,
        respondToLost: notNeeded,
        heldDelivered: notNeeded,
        cancelSent: notNeeded,
    };
    inheritance = new Inheritance({ stack, inherited, calls, userAgent: "bridge", log: new KeptLog() });
    inheritance.serverLost();
});

function byes() {
    return stack.requests.map(({ method, uri, headers }) => [method, uri, headers["CSeq"]]);
}

it("ends a lost call by BYE once there is a server", async () => {
    expect(stack.sent).toEqual([]);
    inheritance.serverUp(DRACHTIO);
    await settled();
    expect(byes()).toEqual([["BYE", COPY.target, "100007 BYE"]]);
    inheritance.serverUp(DRACHTIO);
    expect(stack.sent).toHaveLength(1);
});

it("keeps the call for the next server if this one is lost as well", async () => {
    stack.failWith(new SipSendError("disconnected", "no server"));
    inheritance.serverUp(DRACHTIO);
    await settled();
    stack.failWith(undefined);
    inheritance.serverUp(DRACHTIO);
    await settled();
    expect(byes()).toHaveLength(1);
});

it("sends the BYE again with credentials and a higher CSeq if it is challenged", async () => {
    inheritance.serverUp(DRACHTIO);
    await settled();
    stack.answer(401, { headers: new Map([["www-authenticate", 'Digest realm="pbx", nonce="n1"']]) });
    await settled();
    expect(byes()).toEqual([
        ["BYE", COPY.target, "100007 BYE"],
        ["BYE", COPY.target, "100008 BYE"],
    ]);
    const [, again] = stack.requests;
    expect(again?.headers).toMatchObject({ "X-Call": "1" });
    expect(again?.headerLines).toEqual([["Authorization", expect.stringContaining('nonce="n1"')]]);
    stack.answer(200);
    await settled();
    expect(stack.sent).toEqual(["BYE", "BYE"]);
});
