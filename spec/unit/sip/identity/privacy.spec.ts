import { expect, test } from "vitest";
import { readPrivacy } from "../../../../lib/sip/identity/privacy.ts";

test.each<[string | undefined, object]>([
    [undefined, { identity: "unspecified", isHistoryWithheld: false, unmet: [] }],
    ["", { identity: "unspecified" }],
    ["none", { identity: "explicit", isHistoryWithheld: false }],
    ["id", { identity: "withheld", isHistoryWithheld: false }],
    ["User; Critical", { identity: "withheld", unmet: [] }],
    ["header", { identity: "withheld", isHistoryWithheld: true }],
    ["history", { identity: "unspecified", isHistoryWithheld: true }],
    ["session;critical", { identity: "unspecified", unmet: [] }],
    // several headers, joined
    ["none, id", { identity: "withheld" }],
    ["teleport", { identity: "unspecified", unmet: [] }],
    ["id;teleport;critical", { identity: "withheld", unmet: ["teleport"] }],
])("Privacy: %s", (header, wish) => {
    expect(readPrivacy(header)).toMatchObject(wish);
});
