import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
    loadRegistration,
    randomTokens,
    registrationText,
    writeRegistration,
    type RegistrationChoices,
} from "../../../lib/config/registration.ts";
import { faultsOf } from "../../support/configFile.ts";

const choices: RegistrationChoices = {
    homeserver: { domain: "matrix.example" },
    matrix: { ghostPrefix: "sip.", joinAsCallee: false },
    messaging: { readReceipts: false, typing: false },
};
const joining: RegistrationChoices = { ...choices, matrix: { ...choices.matrix, joinAsCallee: true } };
const tokens = { asToken: "as", hsToken: "hs" };

let folder: string;
let path: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "registration-spec-"));
    path = join(folder, "registration.yaml");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("registrationText", () => {
    it("says all that the homeserver needs to know", () => {
        expect(parse(registrationText(choices, "http://127.0.0.1:9995", tokens))).toEqual({
            id: "matrix-appservice-sip",
            url: "http://127.0.0.1:9995",
            as_token: "as",
            hs_token: "hs",
            sender_localpart: "sip-bridge",
            rate_limited: false,
            protocols: ["m.protocol.pstn", "im.vector.protocol.pstn"],
            namespaces: {
                users: [{ exclusive: true, regex: "^@sip\\..*:matrix\\.example$" }],
                aliases: [],
                rooms: [],
            },
        });
    });

    it("takes in the local users, without claiming them, only to join as them", () => {
        expect(parse(registrationText(joining, "http://a", tokens))).toMatchObject({
            namespaces: { users: [{ exclusive: true }, { exclusive: false, regex: "^@.*:matrix\\.example$" }] },
        });
    });
});

describe("randomTokens", () => {
    it("creates long tokens, different each time", () => {
        const made = [randomTokens(), randomTokens()].flatMap(({ asToken, hsToken }) => [asToken, hsToken]);
        expect(new Set(made).size).toBe(4);
        for (const token of made) expect(token).toMatch(/^[\w-]{43}$/);
    });
});

describe("the registration for read receipts and typing notifications", () => {
    it.each(["readReceipts", "typing"] as const)("asks the homeserver for them only if messaging.%s is set", (key) => {
        const wanting = { ...choices, messaging: { ...choices.messaging, [key]: true } };
        expect(parse(registrationText(wanting, "http://a", tokens))).toMatchObject({ receive_ephemeral: true });
        expect(parse(registrationText(choices, "http://a", tokens))).not.toHaveProperty("receive_ephemeral");
        writeFileSync(path, registrationText(choices, "http://a", tokens));
        expect(faultsOf(() => loadRegistration(path, wanting))).toEqual([
            expect.stringMatching(/^receive_ephemeral: is needed by messaging.readReceipts/) as string,
        ]);
    });
});

describe("writeRegistration", () => {
    it("writes a file that only its owner reads and that goes with its configuration", () => {
        writeRegistration(path, joining, "http://127.0.0.1:9995");
        expect(statSync(path).mode & 0o777).toBe(0o600);
        const registration = loadRegistration(path, joining);
        expect(registration.senderLocalpart).toBe("sip-bridge");
        expect(readFileSync(path, "utf8")).toContain(registration.asToken.reveal());
    });

    it("leaves an existing file alone", () => {
        writeFileSync(path, "precious");
        expect(faultsOf(() => writeRegistration(path, choices, "http://a"))).toEqual([
            `${path} exists already; delete it first if its tokens are to be replaced`,
        ]);
        expect(readFileSync(path, "utf8")).toBe("precious");
    });

    it("says where it may not write", () => {
        const nowhere = join(folder, "missing", "registration.yaml");
        expect(faultsOf(() => writeRegistration(nowhere, choices, "http://a"))[0]).toMatch(/cannot be written: ENOENT/);
    });
});

describe("loadRegistration", () => {
    const complete = parse(registrationText(joining, "http://a", tokens)) as Record<string, unknown>;
    const ghosts = { exclusive: true, regex: "@sip\\..*:matrix\\.example" };

    it.each<[what: string, change: object, choices: RegistrationChoices]>([
        ["written by another hand", { namespaces: { users: [ghosts] } }, choices],
        ["that claims more", { namespaces: { users: [{ exclusive: true, regex: "@sip.*" }] } }, choices],
        ["with local users it does not need", {}, choices],
    ])("takes one %s", (_, change, wanted) => {
        write({ ...complete, ...change });
        expect(loadRegistration(path, wanted)).toMatchObject({ id: "matrix-appservice-sip" });
    });

    it.each<[what: string, change: object, faults: readonly RegExp[]]>([
        ["tokens", { as_token: undefined, hs_token: 1 }, [/^as_token: is missing \(reg/, /^hs_token: must be text \(/]],
        ["a sender", { sender_localpart: "" }, [/^sender_localpart: must be text/]],
        ["namespaces", { namespaces: null }, [/no exclusive entry for the users @sip\./, /no entry for the users of/]],
        [
            "ghosts of its own",
            { namespaces: { users: [{ ...ghosts, exclusive: false }, { regex: "@.*" }] } },
            [/exclusive/],
        ],
        [
            "ghosts of this prefix",
            { namespaces: { users: [{ regex: "@.*" }, { exclusive: true, regex: "@tel_.*" }] } },
            [/sip\./],
        ],
        [
            "ghosts of this server",
            { namespaces: { users: [{ regex: "@.*" }, { exclusive: true, regex: "@sip\\..*:b" }] } },
            [/sip\./],
        ],
        ["local users", { namespaces: { users: [ghosts] } }, [/matrix\.joinAsCallee needs/]],
        [
            "a pattern that can be read",
            { namespaces: { users: [{ exclusive: true, regex: "(" }, { regex: ".*" }] } },
            [/excl/],
        ],
    ])("refuses one without %s", (_, change, faults) => {
        write({ ...complete, ...change });
        expect(faultsOf(() => loadRegistration(path, joining))).toEqual(
            faults.map((f) => expect.stringMatching(f) as string),
        );
    });

    it.each(["", "[]", "text"])("refuses %j, which is no registration", (text) => {
        writeFileSync(path, text);
        expect(faultsOf(() => loadRegistration(path, choices))).toHaveLength(6);
    });

    it("says that there is none", () => {
        expect(faultsOf(() => loadRegistration(path, choices))).toEqual([`${path} does not exist`]);
    });

    function write(registration: object): void {
        writeFileSync(path, stringify(registration));
    }
});
