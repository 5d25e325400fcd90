import { describe, expect, it } from "vitest";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import { SipCalls } from "../../../../lib/sip/SipCalls.ts";
import { placeToTake, type PlaceTaker } from "../../../../lib/sip/transfer/placeToTake.ts";
import type { DialogName } from "../../../../lib/sip/transfer/dialogName.ts";
import { parseReplaces } from "../../../../lib/sip/transfer/replaces.ts";
import type { TransferRights } from "../../../../lib/sip/transfer/TransferRights.ts";
import { FakeLeg } from "../../../support/FakeLeg.ts";
import { aDialogCopy } from "../../../support/sip/aTrunk.ts";

const rightsOf = (by: TransferRights["by"]): TransferRights => ({
    by,
    calleesOf: () => [],
    isFrom: () => true,
    record: { kind: "peer", address: "192.0.2.1" },
});
const ofUser = (user: string) => rightsOf({ kind: "user", user: user as MatrixUserId });
const ofTrunk = (name: string) => rightsOf({ kind: "trunk", name });
const alice = { kind: "user", user: "@alice:matrix.example" as MatrixUserId } as const;

const leg = new FakeLeg();
const ringing = new FakeLeg();

/** A call of the trunk "pbx" with Alice. Both tags of its dialog are known. */
function asked(header: string, taker: Partial<PlaceTaker>, partner: typeof alice | "none" = alice) {
    const calls = new SipCalls();
    const named = { leg, rights: ofTrunk("pbx"), peer: "pbx", copy: aDialogCopy, refer: () => undefined };
    calls.addDialog("abc@pbx;from-tag=theirs", { handle: () => undefined, lost: () => undefined, named });
    const rung = { phase: "early", leg: ringing, rights: named.rights } as const;
    const isEarly = ({ callId, fromTag }: DialogName) => callId === "rung@pbx" && fromTag === "early";
    calls.add({ lost: () => [], early: (name) => (isEarly(name) ? rung : undefined) }, "pbx");
    const copy = { ...aDialogCopy, callId: "past@pbx" };
    const past = { handle: () => undefined, lost: () => undefined, lastNamed: { ...named, copy } };
    calls.addDialog("past@pbx;from-tag=theirs", past);
    calls.removeDialog("past@pbx;from-tag=theirs", past);
    const replaces = parseReplaces(header);
    if (replaces === undefined) return "malformed";
    const places = {
        partnerOf: (of: unknown) => ((of === leg || of === ringing) && partner !== "none" ? partner : undefined),
    };
    return placeToTake(replaces, { rights: ofTrunk("pbx"), trust: "untrusted", ...taker }, { calls, places });
}

const known = "abc@pbx;to-tag=ours;from-tag=theirs";
const early = "rung@pbx;to-tag=ours;from-tag=early";

describe("an INVITE with Replaces", () => {
    it.each<[string, Partial<PlaceTaker>]>([
        ["the trunk that has the call", {}],
        ["a trusted trunk", { rights: ofTrunk("other"), trust: "trusted" }],
    ])("from %s gets the place in the call", (_, taker) => {
        expect(asked(known, taker)).toEqual({ kind: "place", leg, callee: alice });
    });

    it.each<[string, string, Partial<PlaceTaker>, number]>([
        ["from a peer that cannot transfer calls", known, { rights: undefined, trust: "trusted" }, 403],
        ["from another trunk", known, { rights: ofTrunk("other") }, 481],
        ["from the phone of a user", known, { rights: ofUser("@alice:matrix.example") }, 481],
        ["that names another call", "xyz@pbx;to-tag=ours;from-tag=theirs", {}, 481],
        ["with a wrong tag of the bridge", "abc@pbx;to-tag=guess;from-tag=theirs", {}, 481],
        ["with a wrong tag of the peer", "abc@pbx;to-tag=ours;from-tag=guess", {}, 481],
        ["that wants a call which is not answered yet", `${known};early-only`, {}, 486],
    ])("%s is rejected", (_, header, taker, status) => {
        expect(asked(header, taker)).toMatchObject({ kind: "rejected", status });
    });

    it.each<[string, string, Partial<PlaceTaker>]>([
        ["of the trunk", early, {}],
        ["of the trunk, if it wants only a call that is not answered", `${early};early-only`, {}],
        ["of another trunk, from a trusted peer", early, { rights: ofTrunk("other"), trust: "trusted" }],
    ])("for a call that rings at a phone %s picks it up", (_, header, taker) => {
        expect(asked(header, taker)).toEqual({ kind: "place", leg: ringing, callee: alice });
    });

    it.each<[string, string, Partial<PlaceTaker>, number]>([
        ["rings at a phone of another trunk", early, { rights: ofTrunk("other") }, 481],
        ["rings, by a tag that did not respond", early.replace("early", "guess"), {}, 481],
        ["is over", "past@pbx;to-tag=ours;from-tag=theirs", {}, 603],
        ["is over, from another trunk", "past@pbx;to-tag=ours;from-tag=theirs", { rights: ofTrunk("other") }, 481],
    ])("for a call that %s is rejected", (_, header, taker, status) => {
        expect(asked(header, taker)).toMatchObject({ kind: "rejected", status });
    });

    it("is rejected while another transfer of the call is under way", () => {
        expect(asked(known, {}, "none")).toMatchObject({ kind: "rejected", status: 480 });
    });

    it.each(["abc@pbx", "abc@pbx;to-tag=1", "a;to-tag=1;from-tag=2, b;to-tag=1;from-tag=2"])(
        "%s is malformed",
        (header) => {
            expect(asked(header, {})).toBe("malformed");
        },
    );
});
