import { expect, test } from "vitest";
import { type CallProvenance, describeProvenance } from "../../../lib/numbering/CallProvenance.ts";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import type { SipAddress } from "../../../lib/numbering/SipAddress.ts";

test.each<[CallProvenance, string | undefined]>([
    [{}, undefined],
    [{ divertedBy: { kind: "number", number: "+442071838750" as PhoneNumber } }, "Call via +44 20 7183 8750."],
    [{ divertedBy: { kind: "address", address: "desk@pbx.example" as SipAddress } }, "Call via desk@pbx.example."],
    [{ numberCheck: "passed" }, "The carrier has verified the caller's number."],
    [{ numberCheck: "failed" }, "The carrier could not verify the caller's number: it may be false."],
    [
        { divertedBy: { kind: "number", number: "2001" as PhoneNumber }, numberCheck: "failed" },
        "Call via 2001. The carrier could not verify the caller's number: it may be false.",
    ],
])("%o is written as %s", (provenance, text) => {
    expect(describeProvenance(provenance)).toBe(text);
});
