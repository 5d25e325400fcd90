import { beforeEach, describe, expect, it } from "vitest";
import type { Sdp } from "../../../../lib/call/vocabulary.ts";
import type { PhoneNumber } from "../../../../lib/numbering/PhoneNumber.ts";
import type { LegEvent } from "../../../../lib/ports/CallLeg.ts";
import type { AckState, DialogParts } from "../../../../lib/sip/dialog/DialogParts.ts";
import type { SipDialog } from "../../../../lib/sip/dialog/SipDialog.ts";
import { assertToPhone } from "../../../../lib/sip/identity/assertedParty.ts";
import { aDialog } from "../../../support/sip/aDialog.ts";
import { sdpOf } from "../../../support/sip/ScriptedPhone.ts";
import { ScriptedRequest, ScriptedStack, settled } from "../../../support/sip/ScriptedStack.ts";

const LOCAL = `${sdpOf(50_000)}a=sendrecv\r\n` as Sdp;
const REMOTE = `${sdpOf(40_000)}a=sendrecv\r\n` as Sdp;
const MOVED = `${sdpOf(40_002)}a=sendrecv\r\n` as Sdp;
const HOLD = LOCAL.replace("a=sendrecv", "a=sendonly") as Sdp;
const carol = { kind: "number", number: "+442079460601" as PhoneNumber, displayName: "Carol" } as const;
const dave = { kind: "number", number: "+442079460602" as PhoneNumber } as const;
const ASSERTED = { "P-Asserted-Identity": '"Carol" <sip:+442079460601@bridge.example;user=phone>' };

let stack: ScriptedStack;
let events: LegEvent[];

beforeEach(() => {
    stack = new ScriptedStack();
    events = [];
});

function dialogOf(parts: Partial<DialogParts> = {}, ack: AckState = "received"): SipDialog {
    return aDialog({
        stack,
        local: LOCAL,
        remote: REMOTE,
        ack,
        assert: assertToPhone("bridge.example"),
        allow: "INVITE, UPDATE",
        report: (event) => events.push(event),
        ...parts,
    });
}

describe("a peer that is shown its new party", () => {
    it("receives an UPDATE without a session that keeps the session timer, once for each identity", async () => {
        const dialog = dialogOf();
        dialog.showParty(carol);
        dialog.showParty(carol);
        await settled();
        expect(stack.requests).toMatchObject([
            { method: "UPDATE", dialogId: "d1", headers: { ...ASSERTED, "Session-Expires": "1800;refresher=uac" } },
        ]);
        expect(stack.requests[0]?.body).toBeUndefined();
        dialog.showParty(dave);
        await settled();
        expect(stack.sent).toEqual(["UPDATE", "UPDATE"]);
    });

    it("receives nothing that the response to its INVITE said already", async () => {
        dialogOf({ asserted: ASSERTED }).showParty(carol);
        await settled();
        expect(stack.sent).toEqual([]);
    });

    it.each([
        ["that is not trusted", { assert: undefined }],
        ["whose call is over", {}],
    ] as const)("%s receives nothing", async (_, parts) => {
        const dialog = dialogOf(parts);
        if (!("assert" in parts)) dialog.handle(new ScriptedRequest("BYE"));
        dialog.showParty(carol);
        await settled();
        expect(stack.sent).toEqual([]);
    });

    it.each(["INVITE, ACK, BYE", undefined])("receives a re-INVITE if it allows %s", async (allow) => {
        dialogOf({ allow }).showParty(carol);
        await settled();
        expect(stack.requests).toMatchObject([{ method: "INVITE", body: LOCAL, headers: ASSERTED }]);
        stack.answer(200, { body: REMOTE });
        expect(stack.sent).toEqual(["INVITE", "ACK"]);
        expect(events).toEqual([]);
    });

    it("may answer that re-INVITE with another session, of which the media proxy learns", async () => {
        dialogOf({ allow: "INVITE" }).showParty(carol);
        await settled();
        stack.answer(200, { body: MOVED });
        expect(events).toEqual([{ kind: "offered", sdp: MOVED }]);
    });

    it("stays in the call if it rejects the re-INVITE", async () => {
        dialogOf({ allow: "INVITE" }).showParty(carol);
        await settled();
        stack.answer(488);
        expect(events).toEqual([]);
    });

    it("receives the re-INVITE after its ACK, and never two at the same time", async () => {
        const dialog = dialogOf({ allow: "INVITE" }, "awaited");
        dialog.showParty(carol);
        await settled();
        expect(stack.sent).toEqual([]);
        dialog.handle(new ScriptedRequest("ACK"));
        dialog.reoffer(HOLD);
        await settled();
        expect(stack.requests.map(({ body }) => body)).toEqual([LOCAL]);
        stack.answer(200, { body: REMOTE });
        await settled();
        expect(stack.requests.map(({ body }) => body)).toEqual([LOCAL, HOLD]);
        stack.answer(200, { body: REMOTE });
        expect(events).toEqual([{ kind: "offerAnswered", sdp: REMOTE }]);
    });
});
