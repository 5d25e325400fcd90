import { expect, it } from "vitest";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import { type CallParty, partyText } from "../../../lib/numbering/partyText.ts";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import type { SipAddress } from "../../../lib/numbering/SipAddress.ts";

it.each<[party: CallParty, short: string, full: string]>([
    [{ kind: "number", number: "+442071838750" as PhoneNumber }, "+4420…50", "+442071838750"],
    [{ kind: "number", number: "2001" as PhoneNumber }, "2001", "2001"],
    [
        { kind: "address", address: "+442071838750@pbx.example" as SipAddress },
        "+4420…50@pbx.example",
        "+442071838750@pbx.example",
    ],
    [{ kind: "address", address: "alice@pbx.example" as SipAddress }, "alice@pbx.example", "alice@pbx.example"],
    [{ kind: "user", user: "@alice:matrix.example" as MatrixUserId }, "@alice:matrix.example", "@alice:matrix.example"],
    [{ kind: "phone", account: "alice-desk" }, "alice-desk", "alice-desk"],
    [{ kind: "anonymous" }, "anonymous", "anonymous"],
])("shows %j as %s, or complete", (party, short, full) => {
    expect([partyText(party, "short"), partyText(party, "full")]).toEqual([short, full]);
});
