import { describe, expect, it, test } from "vitest";
import type { PhoneContact } from "../../../../lib/ports/ContactStore.ts";
import {
    bind,
    type BindingLimits,
    readRegister,
    registered,
    type RegisterRequest,
} from "../../../../lib/sip/registrar/bindings.ts";

const now = 1_000_000;
const limits: BindingLimits = { minSeconds: 60, maxSeconds: 3_600, maxContacts: 3 };
const source = { protocol: "udp", address: "192.0.2.7", port: 5062 };

const read = (headers: Record<string, string>, sender: "trusted" | "untrusted" = "trusted") =>
    readRegister(
        { headers: new Map(Object.entries({ "call-id": "c1", cseq: "7 REGISTER", ...headers })), source },
        sender,
    );

function order(headers: Record<string, string>): RegisterRequest {
    const result = read(headers);
    if ("kind" in result) throw new Error(result.response.reason);
    return result;
}

const contact = (uri: string, given: Partial<PhoneContact> = {}): PhoneContact => ({
    uri,
    callId: "c1",
    sequence: 6,
    expiresAt: now + 100_000,
    path: [],
    source,
    ...given,
});

const statusOf = (before: readonly PhoneContact[], headers: Record<string, string>): number | readonly string[] => {
    const verdict = bind(before, order(headers), now, limits);
    return verdict.kind === "refused"
        ? verdict.response.status
        : verdict.contacts.map(({ uri, expiresAt }) => `${uri} ${(expiresAt - now) / 1_000}`);
};

describe("a REGISTER that cannot be read", () => {
    test.each([
        ["a star together with a contact", { contact: "*, <sip:a@192.0.2.7>", expires: "0" }],
        ["a star that is no removal", { contact: "*", expires: "600" }],
        ["a star without Expires", { contact: "*" }],
        ["a contact that is no SIP URI", { contact: "<mailto:a@example.org>" }],
        ["a contact that never ends", { contact: `<sip:${"a".repeat(600)}@192.0.2.7>` }],
        ["a path that is none", { contact: "<sip:a@192.0.2.7>", path: "<tel:1>" }],
        ["no Call-ID", { "call-id": "" }],
        ["a Call-ID that never ends", { "call-id": "c".repeat(257) }],
        ["no number", { cseq: "REGISTER" }],
    ])("%s", (_, headers) => {
        expect(read(headers)).toMatchObject({ kind: "refused", response: { status: 400 } });
    });
});

test.each([
    ["outbound", 420],
    ["gruu, path", 420],
    ["path", undefined],
])("a phone that insists on %s", (require, status) => {
    const result = read({ contact: "<sip:a@192.0.2.7>", require });
    expect("kind" in result ? result.response.status : undefined).toBe(status);
});

test("a path counts from whom we trust only", () => {
    const headers = { contact: "<sip:+44900123456@carrier.example>", path: "<sip:carrier.example;lr>" };
    expect(read(headers)).toMatchObject({ path: ["sip:carrier.example;lr"] });
    expect(read(headers, "untrusted")).toMatchObject({ kind: "refused", response: { status: 403 } });
});

describe("bind", () => {
    const desk = contact("sip:desk@192.0.2.7:5062");
    const other = contact("sip:desk@192.0.2.8", { callId: "c2", expiresAt: now + 50_000 });

    test.each<[string, readonly PhoneContact[], Record<string, string>, number | readonly string[]]>([
        ["a query changes nothing", [desk], {}, ["sip:desk@192.0.2.7:5062 100"]],
        ["a contact with its own time", [], { contact: "<sip:a@h>;expires=120", expires: "900" }, ["sip:a@h 120"]],
        ["a contact with the time of all", [], { contact: "<sip:a@h>", expires: "900" }, ["sip:a@h 900"]],
        ["a contact without a time", [], { contact: "<sip:a@h>" }, ["sip:a@h 3600"]],
        ["a contact without end", [], { contact: "<sip:a@h>;expires=4294967295" }, ["sip:a@h 3600"]],
        ["a contact for too short", [], { contact: "<sip:a@h>;expires=59" }, 423],
        [
            "another contact in addition",
            [desk],
            { contact: "<sip:a@h>;expires=60" },
            ["sip:desk@192.0.2.7:5062 100", "sip:a@h 60"],
        ],
        ["a refresh", [desk], { contact: "<sip:desk@192.0.2.7:5062>;expires=600" }, ["sip:desk@192.0.2.7:5062 600"]],
        [
            "a refresh with other parameters",
            [desk],
            { contact: "<sip:desk@192.0.2.7:5062;ob>;expires=600" },
            ["sip:desk@192.0.2.7:5062;ob 600"],
        ],
        [
            "the same over another transport is another",
            [desk],
            { contact: "<sip:desk@192.0.2.7:5062;transport=tcp>;expires=60" },
            ["sip:desk@192.0.2.7:5062 100", "sip:desk@192.0.2.7:5062;transport=tcp 60"],
        ],
        ["one that was overtaken", [contact(desk.uri, { sequence: 8 })], { contact: `<${desk.uri}>` }, 500],
        ["one that is repeated", [contact(desk.uri, { sequence: 7 })], { contact: `<${desk.uri}>` }, 500],
        [
            "a lower number of another Call-ID",
            [contact(desk.uri, { sequence: 9, callId: "c9" })],
            { contact: `<${desk.uri}>;expires=60` },
            ["sip:desk@192.0.2.7:5062 60"],
        ],
        ["a removal", [desk, other], { contact: `<${desk.uri}>;expires=0` }, ["sip:desk@192.0.2.8 50"]],
        ["a removal of what is not there", [desk], { contact: "<sip:a@h>;expires=0" }, ["sip:desk@192.0.2.7:5062 100"]],
        ["the removal of everything", [desk, other], { contact: "*", expires: "0" }, []],
        [
            "a removal of everything that was overtaken",
            [contact(desk.uri, { sequence: 8 })],
            { contact: "*", expires: "0" },
            500,
        ],
        [
            "more than an account may have at the same time",
            [],
            { contact: "<sip:a@h>, <sip:b@h>, <sip:c@h>, <sip:d@h>" },
            403,
        ],
        [
            "one more than it may have: the one that ends first goes",
            [desk, other, contact("sip:c@h")],
            { contact: "<sip:d@h>;expires=600" },
            ["sip:d@h 600", "sip:desk@192.0.2.7:5062 100", "sip:c@h 100"],
        ],
        [
            "one more than it may have, and for a shorter time than the others: it stays all the same",
            [desk, contact("sip:b@h"), contact("sip:c@h", { expiresAt: now + 90_000 })],
            { contact: "<sip:d@h>;expires=60" },
            ["sip:d@h 60", "sip:desk@192.0.2.7:5062 100", "sip:b@h 100"],
        ],
        ["what has ended is gone", [contact("sip:c@h", { expiresAt: now })], {}, []],
    ])("%s", (_, before, headers, expected) => {
        const result = statusOf(before, headers);
        expect(typeof result === "number" ? result : [...result].sort()).toEqual(
            typeof expected === "number" ? expected : [...expected].sort(),
        );
    });

    it("takes all contacts of a REGISTER or none", () => {
        expect(statusOf([desk], { contact: "<sip:a@h>;expires=600, <sip:b@h>;expires=5" })).toBe(423);
    });

    it("says how long it must be", () => {
        const verdict = bind([], order({ contact: "<sip:a@h>;expires=5" }), now, limits);
        expect(verdict).toMatchObject({ response: { headers: { "Min-Expires": "60" } } });
    });
});

describe("registered", () => {
    it("lists what there is, and gives the path back", () => {
        const asked = order({ contact: "<sip:a@h>", path: "<sip:edge.example;lr>" });
        expect(asked.path).toEqual(["sip:edge.example;lr"]);
        const response = registered([contact("sip:a@h"), contact("sip:b@h", { expiresAt: now + 1 })], asked, now);
        expect(response).toEqual({
            status: 200,
            headers: {
                Date: "Thu, 01 Jan 1970 00:16:40 GMT",
                Contact: "<sip:a@h>;expires=100, <sip:b@h>;expires=1",
                Path: "<sip:edge.example;lr>",
            },
        });
    });

    it("lists nothing where there is nothing", () => {
        expect(registered([], order({}), now).headers).toEqual({ Date: "Thu, 01 Jan 1970 00:16:40 GMT" });
    });
});
