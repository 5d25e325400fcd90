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
import type { MatrixUserId } from "../../../lib/numbering/MatrixUserId.ts";
import { faultsOf } from "../../support/configFile.ts";

const choices: RegistrationChoices = {
    homeserver: { domain: "matrix.example" },
    matrix: { ghostPrefix: "sip.", joinAsCallee: false },
    calledUsers: ["@alice:matrix.example", "@ext{digits}:matrix.example"] as MatrixUserId[],
    messaging: { readReceipts: false, typing: false },
};
const joining: RegistrationChoices = { ...choices, matrix: { ...choices.matrix, joinAsCallee: true } };
const joiningAll: RegistrationChoices = { ...choices, matrix: { ...choices.matrix, joinAsCallee: "all" } };
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

    it("covers the users that the configuration names, not exclusively, if the bridge joins them", () => {
        expect(parse(registrationText(joining, "http://a", tokens))).toMatchObject({
            namespaces: {
                users: [
                    { exclusive: true },
                    { exclusive: false, regex: "^@alice:matrix\\.example$" },
                    { exclusive: false, regex: "^@ext[0-9]+:matrix\\.example$" },
                ],
            },
        });
    });

    it("covers all local users only if the bridge joins all of them", () => {
        expect(parse(registrationText(joiningAll, "http://a", tokens))).toMatchObject({
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
            `${path} exists already; delete it first to replace its tokens`,
        ]);
        expect(readFileSync(path, "utf8")).toBe("precious");
    });

    it("says where it may not write", () => {
        const nowhere = join(folder, "missing", "registration.yaml");
        expect(faultsOf(() => writeRegistration(nowhere, choices, "http://a"))[0]).toMatch(
            /cannot write the file \(ENOENT\)/,
        );
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
        ["namespaces", { namespaces: null }, [/no exclusive entry for the ghosts @sip\./]],
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

    it("knows the users that the bridge can act as", () => {
        write(complete);
        const { covers, warnings } = loadRegistration(path, joining);
        expect(
            ["alice", "ext2042", "bob", "ext"].map((name) => covers(`@${name}:matrix.example` as MatrixUserId)),
        ).toEqual([true, true, false, false]);
        expect(warnings).toEqual([]);
    });

    it.each<[what: string, users: readonly object[], wanted: RegistrationChoices, warning: RegExp]>([
        [
            "users that it does not cover",
            [ghosts],
            joining,
            /no entry for @alice:matrix\.example and 1 more, who will be invited/,
        ],
        ["all users, if it does not cover them", [ghosts], joiningAll, /no entry for all users of matrix\.example/],
        [
            "an entry for all users that is not needed",
            [ghosts, { regex: "@.*" }],
            joining,
            /covers all users of matrix\.example, but/,
        ],
        [
            "an entry for all users without joinAsCallee",
            [ghosts, { regex: "@.*" }],
            choices,
            /covers all users of matrix\.example, but/,
        ],
    ])("warns about %s", (_what, users, wanted, warning) => {
        write({ ...complete, namespaces: { users } });
        expect(loadRegistration(path, wanted).warnings).toEqual([expect.stringMatching(warning)]);
    });

    it.each(["", "[]", "text"])("refuses %j, which is no registration", (text) => {
        writeFileSync(path, text);
        expect(faultsOf(() => loadRegistration(path, choices))).toHaveLength(6);
    });

    it("says that there is none", () => {
        expect(faultsOf(() => loadRegistration(path, choices))).toEqual([
            `${path} does not exist; create it with --generate-registration --url URL, or name another file with -f`,
        ]);
    });

    function write(registration: object): void {
        writeFileSync(path, stringify(registration));
    }
});
