import { describe, expect, it } from "vitest";
import type { CalledParty } from "../../../../lib/numbering/CalledParty.ts";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import type { ReferTarget } from "../../../../lib/ports/CallLeg.ts";
import type { SipTrunk } from "../../../../lib/sip/SipTrunk.ts";
import { referToOn } from "../../../../lib/sip/transfer/referTo.ts";
import { FakeLeg } from "../../../support/FakeLeg.ts";
import { aDialogCopy, aTrunk } from "../../../support/sip/aTrunk.ts";

const leg = new FakeLeg();
const named = { leg, rights: undefined, peer: "carrier", copy: aDialogCopy, refer: () => undefined };
const dialogs = {
    namedOf: (of: unknown) => (of === leg ? named : undefined),
};

function dialled(...trunks: [string, ...string[]]): ReferTarget {
    const callee = { kind: "number", number: "+442079460601" } as CalledParty;
    const caller = "@alice:matrix.example" as MatrixUserId;
    return { kind: "dialled", target: { network: "sip", media: "rtp", callee, caller, trunks } };
}

function referTo(trunk: Partial<SipTrunk>, target: ReferTarget): string | undefined {
    return referToOn(aTrunk({ transfers: "refer", ...trunk }), dialogs)?.(target);
}

describe("what a trunk is asked to call by REFER", () => {
    it("is a number of the same trunk, as the trunk writes it", () => {
        const number = { dialPrefix: "0", numberFormat: { style: "national", country: "GB" } } as const;
        expect(referTo(number, dialled("other", "carrier"))).toBe("<sip:002079460601@carrier.example;user=phone>");
    });

    it("is the party of another call on the same trunk, which replaces the call of the bridge", () => {
        expect(referTo({}, { kind: "call", leg })).toBe(
            "<sip:desk@192.0.2.1?Replaces=abc%40pbx%3Bto-tag%3Dtheirs%3Bfrom-tag%3Dours>",
        );
    });

    it.each<[string, Partial<SipTrunk>, ReferTarget]>([
        ["a number of another trunk", {}, dialled("other")],
        ["a party of another trunk", { name: "other" }, { kind: "call", leg }],
        ["a party of a call that is not connected", {}, { kind: "call", leg: new FakeLeg() }],
        ["anything, without transfers: refer", { transfers: "allow" }, dialled("carrier")],
    ])("is not %s", (_, trunk, target) => {
        expect(referTo(trunk, target)).toBeUndefined();
    });

    it("is nothing for a peer, which is never called", () => {
        const peer = { name: "carrier", addresses: [], trusted: true, maxCalls: 1, transfers: "refer" } as const;
        expect(referToOn(peer, dialogs)).toBeUndefined();
    });
});
