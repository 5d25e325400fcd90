import { describe, expect, it } from "vitest";
import { unroutedCause } from "../../../../lib/sip/uas/unroutedCause.ts";
import { parseSipAddress } from "../../../../lib/numbering/SipAddress.ts";
import { parsePhoneNumber } from "../../../../lib/numbering/PhoneNumber.ts";
import type { RemoteParty } from "../../../../lib/numbering/RemoteParty.ts";

function address(text: string): RemoteParty {
    const parsed = parseSipAddress(text);
    if (parsed === undefined) throw new Error(`${text} is no SIP address`);
    return { kind: "address", address: parsed };
}

function number(text: string): RemoteParty {
    const parsed = parsePhoneNumber(text);
    if (parsed === undefined) throw new Error(`${text} is no number`);
    return { kind: "number", number: parsed };
}

describe("unroutedCause", () => {
    it.each<[what: string, callees: readonly RemoteParty[], cause: string]>([
        ["a Request-URI without a user", [], "badAddress"],
        ["an international number that cannot be read", [address("+0442071838750@bridge.example")], "badAddress"],
        ["a number that no entry maps", [number("+442071838750")], "notFound"],
        ["the address of an unknown user", [address("mallory@bridge.example")], "notFound"],
    ])("returns the cause for %s", (_, callees, cause) => {
        expect(unroutedCause(callees)).toBe(cause);
    });
});
