import { describe, expect, test } from "vitest";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../../lib/numbering/PhoneNumber.ts";
import type { SipAddress } from "../../../../lib/numbering/SipAddress.ts";
import { composeInvite } from "../../../../lib/sip/uac/composeInvite.ts";
import type { SipTrunk } from "../../../../lib/sip/SipTrunk.ts";
import { aTrunk } from "../../../support/sip/aTrunk.ts";

const alice = "@alice:matrix.example" as MatrixUserId;
const number = (text: string) => ({ kind: "number", number: text as PhoneNumber }) as const;
const address = (text: string) => ({ kind: "address", address: text as SipAddress }) as const;
const options = { userAgent: "spec/1" };

function compose(
    trunk: Partial<SipTrunk>,
    callee: ReturnType<typeof number | typeof address> = number("+442071838750"),
    callerName?: string,
) {
    const target = { callee, caller: alice, ...(callerName !== undefined && { callerName }) };
    return composeInvite({ trunk: aTrunk(trunk) }, target, options);
}

describe("where it goes", () => {
    test.each([
        ["a number", {}, number("+442071838750"), "sip:+442071838750@carrier.example;user=phone", undefined],
        [
            "without plus",
            { numberFormat: { style: "digits" } },
            number("+442071838750"),
            "sip:442071838750@carrier.example;user=phone",
            undefined,
        ],
        [
            "as dialled at home",
            { numberFormat: { style: "national", country: "GB" } },
            number("+442071838750"),
            "sip:02071838750@carrier.example;user=phone",
            undefined,
        ],
        [
            "with a digit for an outside line",
            { numberFormat: { style: "international" }, dialPrefix: "9" },
            number("+442071838750"),
            "sip:900442071838750@carrier.example;user=phone",
            undefined,
        ],
        ["without user=phone", { numberUri: "sip" }, number("2001"), "sip:2001@carrier.example", undefined],
        ["as a tel: URI", { numberUri: "tel" }, number("+442071838750"), "tel:+442071838750", "sip:carrier.example"],
        [
            "a code as a tel: URI",
            { numberUri: "tel", domain: "carrier.example:5070" },
            number("2001"),
            "tel:2001;phone-context=carrier.example",
            "sip:carrier.example:5070",
        ],
        ["a code", {}, number("*21#"), "sip:*21%23@carrier.example;user=phone", undefined],
        ["over TLS", { scheme: "sips" }, number("2001"), "sips:2001@carrier.example;user=phone", undefined],
        [
            "by a next hop",
            { nextHop: "sip:192.0.2.1;transport=tcp" },
            number("2001"),
            "sip:2001@carrier.example;user=phone",
            "sip:192.0.2.1;transport=tcp",
        ],
        ["an address of the trunk", {}, address("bob@carrier.example"), "sip:bob@carrier.example", undefined],
        [
            "an address elsewhere, still through the trunk",
            {},
            address("bob@pbx.example"),
            "sip:bob@pbx.example",
            "sip:carrier.example",
        ],
    ] as const)("%s", (_, trunk, callee, uri, nextHop) => {
        const invite = compose(trunk, callee);
        expect(invite.uri).toBe(uri);
        expect(invite.nextHop).toBe(nextHop);
        expect(invite.headers["To"]).toBe(`<${uri}>`);
    });

    test("sends a redirect to a tel: URI through the trunk, written as the trunk wants numbers", () => {
        const trunk = aTrunk({ nextHop: "sip:192.0.2.1", dialPrefix: "9", numberFormat: { style: "digits" } });
        const hop = { trunk, redirectedTo: "tel:+44-20-7946-0101" };
        const invite = composeInvite(hop, { callee: number("2001"), caller: alice }, options);
        expect(invite.uri).toBe("sip:9442079460101@carrier.example;user=phone");
        expect(invite.nextHop).toBe("sip:192.0.2.1");
    });

    test("a redirect goes where it says, and To stays", () => {
        const trunk = aTrunk({ nextHop: "sip:192.0.2.1" });
        const invite = composeInvite(
            { trunk, redirectedTo: "sip:x@y" },
            { callee: number("2001"), caller: alice },
            options,
        );
        expect(invite.uri).toBe("sip:x@y");
        expect(invite.nextHop).toBeUndefined();
        expect(invite.headers["To"]).toBe("<sip:2001@carrier.example;user=phone>");
    });
});

describe("who is shown to call", () => {
    const byUser = new Map([[alice, "+493012345678" as PhoneNumber]]);
    const fallback = "+4930999" as PhoneNumber;

    test.each<[string, Partial<SipTrunk>, string]>([
        ["her own number", { callerId: { byUser, fallback } }, "<sip:+493012345678@localhost;user=phone>"],
        ["everybody's number", { callerId: { byUser: new Map(), fallback } }, "<sip:+4930999@localhost;user=phone>"],
        ["the account", { callerId: { byUser: new Map(), account: "bridge" } }, "<sip:bridge@localhost>"],
        [
            "at the trunk's domain",
            { callerId: { byUser }, fromDomain: "carrier.example" },
            "<sip:+493012345678@carrier.example;user=phone>",
        ],
        [
            "as the trunk writes numbers",
            { callerId: { byUser }, numberFormat: { style: "digits" } },
            "<sip:493012345678@localhost;user=phone>",
        ],
        ["an anonymous caller", {}, '"Anonymous" <sip:anonymous@anonymous.invalid>'],
    ])("%s", (_, trunk, from) => {
        expect(compose(trunk).headers["From"]).toBe(from);
    });

    test("with a name, whatever is in it", () => {
        const headers = compose({ callerId: { byUser } }, undefined, 'Al "x"\r\nEvil: 1').headers;
        expect(headers["From"]).toBe('"Al \\"x\\" Evil: 1" <sip:+493012345678@localhost;user=phone>');
    });
});

test("a session timer is offered, longer if the callee's side asks for it", () => {
    expect(compose({}).headers).toMatchObject({
        "Session-Expires": "600",
        "Min-SE": "90",
        Supported: "100rel, timer, norefersub, replaces, tdialog",
    });
    const longer = composeInvite(
        { trunk: aTrunk({}) },
        { callee: number("1"), caller: alice },
        { ...options, minSe: 3600 },
    );
    expect(longer.headers).toMatchObject({ "Session-Expires": "3600", "Min-SE": "3600" });
});

test("offers the configured session interval, and no session timer if that is 0", () => {
    const composed = (sessionTimerS: number) =>
        composeInvite({ trunk: aTrunk({}) }, { callee: number("1"), caller: alice }, { ...options, sessionTimerS });
    expect(composed(120).headers).toMatchObject({ "Session-Expires": "120" });
    expect(composed(0).headers).not.toHaveProperty("Session-Expires");
    expect(composed(0).headers).not.toHaveProperty("Min-SE");
});

test("a trunk that may challenge is asked to refresh the session itself", () => {
    const credentials = { username: "bridge", password: "secret" };
    expect(compose({ credentials }).headers).toMatchObject({ "Session-Expires": "600;refresher=uas" });
});

test("a trunk's headers are added, but replace none", () => {
    const { headers } = compose({ headers: { "X-Account": "7", From: "<sip:evil@x>", "Content-Type": "text/plain" } });
    expect(headers).toMatchObject({ "X-Account": "7", "Content-Type": "application/sdp", "User-Agent": "spec/1" });
    expect(headers["From"]).toContain("anonymous");
});
