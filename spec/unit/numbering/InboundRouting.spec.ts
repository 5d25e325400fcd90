import { describe, expect, it } from "vitest";
import { InboundRouting } from "../../../lib/numbering/InboundRouting.ts";
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import type { PhoneNumber } from "../../../lib/numbering/PhoneNumber.ts";
import type { RemoteParty } from "../../../lib/numbering/RemoteParty.ts";
import { parseSipAddress } from "../../../lib/numbering/SipAddress.ts";
import { parseUserTemplate } from "../../../lib/numbering/UserTemplate.ts";
import { inboundTo } from "../../support/dialling.ts";

const routing = new InboundRouting({
    ...inboundTo(
        {
            "+442071838750": "@alice:matrix.example",
            "2042": "@bob:matrix.example",
            "20??": "@ext{digits}:matrix.example",
            "2000..2009": "@front:matrix.example",
            "2*": "@rest:matrix.example",
            "21*": "@more:matrix.example",
            "+442071838800..+442071838899": "@desk{digits:2}:matrix.example",
            "\\*\\*6??": "@box{digits}:matrix.example",
            "1234567e0": "@carol:matrix.example",
            bridge: "@dave:matrix.example",
        },
        "matrix.example",
        "localhost:8448",
    ),
    defaultUsers: new Map([["fritzbox", "@home:matrix.example" as MatrixUserId]]),
});

describe("InboundRouting.route", () => {
    it.each<[called: string, user: string, entry: string]>([
        ["+442071838750", "@alice:matrix.example", "+442071838750"],
        ["2042", "@bob:matrix.example", "2042"],
        ["2043", "@ext2043:matrix.example", "20??"],
        ["2005", "@front:matrix.example", "2000..2009"],
        ["21", "@more:matrix.example", "21*"],
        ["2110", "@more:matrix.example", "21*"],
        ["2", "@rest:matrix.example", "2*"],
        ["20431", "@rest:matrix.example", "2*"],
        ["+442071838807", "@desk07:matrix.example", "+442071838800..+442071838899"],
        ["**610", "@box610:matrix.example", "\\*\\*6??"],
    ])("routes %s to %s by the most specific entry, %s", (called, user, entry) => {
        expect(routing.route([number(called)])).toEqual({ user, by: { kind: "entry", entry } });
    });

    it.each<[called: string, user: string]>([
        ["1234567e0@sip.provider.example", "@carol:matrix.example"],
        ["bridge@192.0.2.1", "@dave:matrix.example"],
        ["bridge@matrix.example", "@dave:matrix.example"],
    ])("routes the account name of %s to %s", (called, user) => {
        expect(routing.route([address(called)])?.user).toBe(user);
    });

    it("routes an account name of digits that its trunk did not read as the number in the entry", () => {
        expect(routing.route([number("+3122042"), address("2042@192.0.2.1")])?.user).toBe("@bob:matrix.example");
    });

    it("routes the address of a user on a homeserver to the user", () => {
        expect(routing.route([address("Erin@matrix.example")])).toEqual({
            user: "@erin:matrix.example",
            by: { kind: "address", address: "Erin@matrix.example" },
        });
    });

    it("routes a call that no entry matches to the default user of its sender", () => {
        expect(routing.route([number("+4930123456")], "fritzbox")).toEqual({
            user: "@home:matrix.example",
            by: { kind: "default", peer: "fritzbox" },
        });
        expect(routing.route([], "fritzbox")?.user).toBe("@home:matrix.example");
    });

    it.each<[what: string, callees: readonly RemoteParty[], from: string | undefined]>([
        ["a number without entry", [number("+4930123456")], "carrier"],
        ["a number below a range", [number("+442071838799")], undefined],
        ["a longer number than those of a range", [number("+4420718388001")], undefined],
        ["a name at another homeserver", [address("erin@elsewhere.example")], undefined],
        ["an anonymous party", [{ kind: "anonymous" }], undefined],
    ])("does not route %s", (_what, callees, from) => {
        expect(routing.route(callees, from)).toBeUndefined();
    });
});

describe("InboundRouting.decide", () => {
    it("does not route account names, which only peers and trunks call", () => {
        expect(routing.decide(address("bridge@192.0.2.1"))).toBeUndefined();
        expect(routing.decide(address("bridge@matrix.example"))?.user).toBe("@bridge:matrix.example");
    });
});

describe("parseUserTemplate", () => {
    it.each([
        "@ext{digit}:matrix.example",
        "@{digits:0}:matrix.example",
        "@{digits:matrix.example",
        "ext{digits}",
        "@a",
    ])("rejects %s", (text) => {
        expect(parseUserTemplate(text)).toBeUndefined();
    });
});

function number(text: string): RemoteParty {
    return { kind: "number", number: text as PhoneNumber };
}

function address(text: string): RemoteParty {
    const parsed = parseSipAddress(text);
    if (parsed === undefined) throw new Error(`${text} is no SIP address`);
    return { kind: "address", address: parsed };
}
