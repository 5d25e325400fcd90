import { expect, test } from "vitest";
import { DialPlan } from "../../../../lib/numbering/DialPlan.ts";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../../lib/numbering/PhoneNumber.ts";
import type { RemoteParty } from "../../../../lib/numbering/RemoteParty.ts";
import { parseSipAddress } from "../../../../lib/numbering/SipAddress.ts";
import { type PhoneRoute, routePhoneCall } from "../../../../lib/sip/registrar/routePhoneCall.ts";
import type { SipAccount } from "../../../../lib/sip/registrar/SipAccount.ts";
import { inboundTo, numberingWith, patterns } from "../../../support/dialling.ts";

const alice = "@alice:matrix.example" as MatrixUserId;
const bob = "@bob:matrix.example" as MatrixUserId;
const account = (username: string, user: MatrixUserId): SipAccount => ({ username, password: "x", user, media: "rtp" });
const desk = account("desk", alice);
const accounts = new Map([desk, account("2002", bob)].map((each) => [each.username, each]));

const rules = patterns("+44*", "999", "\\*97", "*@pbx.example");
const dialPlan = new DialPlan({
    inbound: inboundTo({ "2003": bob }, "matrix.example"),
    allow: [{ users: [alice], numbers: rules }],
    numbering: numberingWith(rules),
    trunks: [
        { name: "carrier", prefixes: ["+"], domains: ["pbx.example"] },
        { name: "pbx", prefixes: ["*"], domains: [] },
    ],
});

const number = (text: string): RemoteParty => ({ kind: "number", number: text as PhoneNumber });
const address = (text: string): RemoteParty => {
    const parsed = parseSipAddress(text);
    return parsed === undefined ? { kind: "anonymous" } : { kind: "address", address: parsed };
};

/** As phones write what was typed. */
const atRealm = (typed: string): readonly RemoteParty[] => [number(typed), address(`${typed}@matrix.example`)];

const trunk = (callee: RemoteParty): PhoneRoute => ({
    kind: "trunk",
    callee,
    trunks: ["carrier"],
    media: { media: "srtp" },
});

test.each<[string, readonly RemoteParty[], PhoneRoute]>([
    ["another account by its name", [address("desk@192.0.2.1")], { kind: "matrix", callee: alice }],
    ["an account that is a number", [number("2002"), address("2002@matrix.example")], { kind: "matrix", callee: bob }],
    ["an account's name elsewhere is somebody else", [address("desk@pbx.example")], trunk(address("desk@pbx.example"))],
    ["a number that is mapped", [number("2003"), address("2003@192.0.2.1")], { kind: "matrix", callee: bob }],
    ["a Matrix user by address", [address("bob@matrix.example")], { kind: "matrix", callee: bob }],
    ["a number outside", [number("+442071838750"), address("+442071838750@192.0.2.1")], trunk(number("+442071838750"))],
    ["a number at the realm", atRealm("+442071838750"), trunk(number("+442071838750"))],
    [
        "a number without + at the realm",
        [number("+442071838750"), ...atRealm("02071838750").slice(1)],
        trunk(number("+442071838750")),
    ],
    [
        "a feature code at the realm",
        atRealm("*97"),
        { kind: "trunk", callee: number("*97"), trunks: ["pbx"], media: { media: "srtp" } },
    ],
    [
        "a Matrix user whose name is digits",
        atRealm("4711"),
        { kind: "matrix", callee: "@4711:matrix.example" as MatrixUserId },
    ],
    ["a number at the realm that is not allowed", atRealm("+4930123456"), { kind: "refused", cause: "forbidden" }],
    ["a number that is not allowed", [number("+4930123456")], { kind: "refused", cause: "forbidden" }],
    ["a number no trunk serves", [number("999")], { kind: "refused", cause: "notFound" }],
    ["a plus and digits that are no number", [address("+0442@192.0.2.1")], { kind: "refused", cause: "badAddress" }],
    ["an unknown user", [address("absent@192.0.2.1")], { kind: "refused", cause: "notFound" }],
])("%s", (_, callees, expected) => {
    const route = routePhoneCall(callees, desk, {
        dialPlan,
        hosts: new Set(["matrix.example", "192.0.2.1"]),
        mediaOf: () => ({ media: "srtp" }),
        accountOf: (username) => accounts.get(username),
    });
    expect(route).toEqual(expected);
});
