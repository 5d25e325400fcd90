import { describe, expect, it } from "vitest";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../../lib/numbering/PhoneNumber.ts";
import type { SipAddress } from "../../../../lib/numbering/SipAddress.ts";
import type { ShownParty } from "../../../../lib/ports/CallLeg.ts";
import { assertToPeer, assertToPhone } from "../../../../lib/sip/identity/assertedParty.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";

const alice = "@alice:matrix.example" as MatrixUserId;
const aliceOnTrunk = new Map([[alice, "+442079460101" as PhoneNumber]]);
const carol = { kind: "number", number: "+442079460601" as PhoneNumber, displayName: "Carol" } as const;
const desk = { kind: "address", address: "desk@pbx.example" as SipAddress } as const;
const user = { kind: "user", user: alice, displayName: "Alice" } as const;
const anonymous = { kind: "anonymous" } as const;

const trunk = aTrunk({
    trusted: true,
    identity: ["asserted"],
    callerId: { byUser: aliceOnTrunk },
    callerName: { style: "full", maxLength: 60 },
});
const peer = { name: "pbx", addresses: ["192.0.2.1"], trusted: true, maxCalls: 10 };
const withheld = { "P-Asserted-Identity": '"Anonymous" <sip:anonymous@anonymous.invalid>', Privacy: "id" };

describe("the other party of a call", () => {
    it.each<[string, ShownParty, object]>([
        ["a number", carol, { "P-Asserted-Identity": '"Carol" <sip:+442079460601@localhost;user=phone>' }],
        ["an address", desk, { "P-Asserted-Identity": "<sip:desk@pbx.example>" }],
        ["a Matrix user", user, { "P-Asserted-Identity": '"Alice" <sip:+442079460101@localhost;user=phone>' }],
        ["a party that is withheld", anonymous, withheld],
    ])("is asserted to a trusted trunk: %s", (_, party, headers) => {
        expect(assertToPeer(trunk)?.(party)).toEqual(headers);
    });

    it("is asserted without the name to a trunk that is sent no names, and in its number format", () => {
        const plain = aTrunk({
            trusted: true,
            identity: ["asserted"],
            numberFormat: { style: "national", country: "GB" },
            callerName: { style: "none", maxLength: 60 },
        });
        expect(assertToPeer(plain)?.(carol)).toEqual({
            "P-Asserted-Identity": "<sip:02079460601@localhost;user=phone>",
        });
    });

    it("is withheld from the callee of a trunk on which the user is anonymous", () => {
        const headers = assertToPeer({ ...trunk, callerId: { byUser: new Map([[alice, "anonymous"]]) } })?.(user);
        expect(headers).toEqual(withheld);
    });

    it.each<[string, ShownParty, string]>([
        ["a number", carol, '"Carol" <sip:+442079460601@localhost;user=phone>'],
        ["a Matrix user", user, '"Alice" <sip:alice@matrix.example>'],
    ])("is asserted to a trusted peer: %s", (_, party, identity) => {
        expect(assertToPeer(peer)?.(party)).toEqual({ "P-Asserted-Identity": identity });
    });

    it.each<[string, ShownParty, string]>([
        ["a number", carol, '"Carol" <sip:+442079460601@bridge.example;user=phone>'],
        ["a Matrix user", user, '"Alice" <sip:alice@matrix.example>'],
    ])("is asserted to a registered phone: %s", (_, party, identity) => {
        expect(assertToPhone("bridge.example")(party)).toEqual({ "P-Asserted-Identity": identity });
    });

    it.each([
        ["an untrusted peer", { ...peer, trusted: false }],
        ["an untrusted trunk", aTrunk({ identity: ["asserted"] })],
        ["a trunk that is sent no P-Asserted-Identity", aTrunk({ trusted: true, identity: ["remote-party-id"] })],
    ])("is not asserted to %s", (_, to) => {
        expect(assertToPeer(to)).toBeUndefined();
    });
});
