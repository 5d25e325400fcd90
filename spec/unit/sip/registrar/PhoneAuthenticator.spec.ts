import { describe, expect, it, test } from "vitest";
import type { MatrixUserId } from "../../../../lib/numbering/MatrixUserId.ts";
import { authorization, parseChallenges } from "../../../../lib/sip/digest/DigestClient.ts";
import { PhoneAuthenticator, type PhoneAuthentication } from "../../../../lib/sip/registrar/PhoneAuthenticator.ts";
import type { SipAccount } from "../../../../lib/sip/registrar/SipAccount.ts";
import type { HeaderFields, IncomingRequest } from "../../../../lib/sip/SipStack.ts";
import { FakeClock } from "../../../support/FakeClock.ts";
import { KeptLog } from "../../../support/quiet.ts";
import { ScriptedRequest } from "../../../support/sip/ScriptedStack.ts";

const account = {
    username: "desk",
    password: "correct horse",
    user: "@alice:matrix.example" as MatrixUserId,
    media: "rtp",
} as const;

/** @param at the accounts with a phone that registered from where the requests come from */
function world(at: readonly string[] = [], changes: Partial<SipAccount> = {}) {
    const clock = new FakeClock();
    const log = new KeptLog();
    const authenticator = new PhoneAuthenticator({
        accounts: [{ ...account, ...changes }],
        realm: "matrix.example",
        hosts: new Set(["matrix.example", "192.0.2.1"]),
        algorithms: ["SHA-256"],
        registrar: { accountsAt: () => at },
        clock,
        log,
    });
    const requestOf = (user: string, headers: HeaderFields = {}): IncomingRequest =>
        new ScriptedRequest("REGISTER", { headers: { To: `<sip:${user}@matrix.example>`, ...headers } });
    /** What comes of a REGISTER whose challenge is answered with this password. */
    const attempt = (user: string, password: string): PhoneAuthentication => {
        const first = authenticator.authenticate(requestOf(user), "unknown");
        if (first.kind !== "answer") return first;
        const [challenge] = parseChallenges(first.response.headerLines?.[0]?.[1] ?? "");
        if (challenge === undefined) throw new Error("no challenge");
        const digest = { method: "REGISTER", uri: "sip:alice@bridge.example", body: "" };
        const header = authorization(challenge, { username: user, password }, digest, 1, "cn");
        return authenticator.authenticate(requestOf(user, { Authorization: header }), "unknown");
    };
    return { clock, log, authenticator, requestOf, attempt };
}

describe("whose requests are a phone's", () => {
    test.each<[string, "unknown" | "peer", string, HeaderFields, PhoneAuthentication["kind"]]>([
        ["an account at our realm", "unknown", "REGISTER", { To: "<sip:desk@matrix.example>" }, "answer"],
        ["an account at our address", "unknown", "REGISTER", { To: "<sip:desk@192.0.2.1:5060>" }, "answer"],
        ["any user at our realm", "unknown", "REGISTER", { To: "<sip:absent@matrix.example>" }, "answer"],
        [
            "an account at a host name or NAT address the bridge does not know",
            "unknown",
            "REGISTER",
            { To: "<sip:desk@192.168.1.1>" },
            "answer",
        ],
        ["a REGISTER of a peer for its own user", "peer", "REGISTER", { To: "<sip:2001@pbx.example>" }, "notPhone"],
        ["no user", "unknown", "REGISTER", { To: "<sip:matrix.example>" }, "notPhone"],
        ["a caller at our realm", "unknown", "INVITE", { From: "<sip:desk@matrix.example>;tag=1" }, "answer"],
        [
            "a caller from elsewhere",
            "unknown",
            "INVITE",
            { From: "<sip:a@b.example>;tag=1", To: "<sip:desk@matrix.example>" },
            "notPhone",
        ],
        ["a peer's call in the name of an account", "peer", "INVITE", { From: "<sip:desk@matrix.example>" }, "answer"],
        [
            "a peer's call in an account's name with an escape",
            "peer",
            "INVITE",
            { From: "<sip:%64esk@matrix.example>" },
            "answer",
        ],
        [
            "a peer's call in an account's name in capitals",
            "peer",
            "INVITE",
            { From: "<sip:DESK@Matrix.Example.>" },
            "answer",
        ],
        [
            "a peer's call in an account's name with parameters",
            "peer",
            "INVITE",
            { From: "<sip:desk;a=b@[::ffff:c000:201]>" },
            "answer",
        ],
        ["a peer's call in any other name", "peer", "INVITE", { From: "<sip:absent@matrix.example>" }, "notPhone"],
    ])("%s of a %s", (_, sender, method, headers, kind) => {
        expect(world().authenticator.authenticate(new ScriptedRequest(method, { headers }), sender).kind).toBe(kind);
    });

    const anonymous = { From: '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1' };
    const preferring = (uri: string): HeaderFields => ({ ...anonymous, "P-Preferred-Identity": `<${uri}>` });
    test.each<[string, "unknown" | "peer", readonly string[], HeaderFields, PhoneAuthentication["kind"]]>([
        ["by the identity it prefers", "unknown", [], preferring("sip:desk@matrix.example"), "answer"],
        ["by that at a peer's address", "peer", [], preferring("sip:desk@matrix.example"), "answer"],
        ["by where it registered", "unknown", ["desk"], anonymous, "answer"],
        [
            "by that although it is anonymous at our host",
            "unknown",
            ["desk"],
            { From: "<sip:anonymous@matrix.example>" },
            "answer",
        ],
        [
            "by its name at another host, where it registered",
            "unknown",
            ["desk"],
            { From: "<sip:desk@sip.example.org>" },
            "answer",
        ],
        ["not by its name at another host alone", "unknown", [], { From: "<sip:desk@sip.example.org>" }, "notPhone"],
        [
            "not by another name where it registered",
            "unknown",
            ["desk"],
            { From: "<sip:a@sip.example.org>" },
            "notPhone",
        ],
        ["not by an identity elsewhere", "unknown", [], preferring("sip:desk@elsewhere.example"), "notPhone"],
        ["not by nothing", "unknown", [], anonymous, "notPhone"],
        ["not by an account a peer has not", "peer", [], preferring("sip:absent@matrix.example"), "notPhone"],
    ])("a caller who is withheld is known %s", (_, sender, at, headers, kind) => {
        expect(world(at).authenticator.authenticate(new ScriptedRequest("INVITE", { headers }), sender).kind).toBe(
            kind,
        );
    });

    it("learns nothing of which accounts there are", () => {
        const { attempt } = world();
        expect(attempt("desk", "wrong")).toEqual(attempt("absent", "wrong"));
        expect(attempt("desk", "wrong")).toMatchObject({ why: "phone_wrong_credentials", response: { status: 403 } });
    });

    it("lets the account in", () => {
        expect(world().attempt("desk", "correct horse")).toEqual({ kind: "phone", account });
    });
});

describe("who tries passwords", () => {
    it("is slowed down, twice as long each time", () => {
        const { attempt, clock, log } = world();
        for (let i = 0; i < 5; i++) expect(attempt("desk", "wrong")).toMatchObject({ why: "phone_wrong_credentials" });
        expect(attempt("desk", "correct horse")).toMatchObject({
            why: "phone_delayed",
            response: { status: 503, headers: { "Retry-After": "1" } },
        });
        clock.advance(1_000);
        expect(attempt("desk", "wrong")).toMatchObject({ why: "phone_wrong_credentials" });
        clock.advance(1_000);
        expect(attempt("desk", "correct horse")).toMatchObject({ why: "phone_delayed" });
        clock.advance(1_000);
        expect(attempt("desk", "correct horse")).toMatchObject({ kind: "phone" });
        expect(log.lines.length).toBe(6);
    });

    it("is slowed down over all user names, too", () => {
        const { attempt } = world();
        for (let i = 0; i < 50; i++) attempt(`user${i}`, "wrong");
        expect(attempt("desk", "correct horse")).toMatchObject({ why: "phone_delayed" });
    });

    it("is forgiven after a success", () => {
        const { attempt } = world();
        for (let i = 0; i < 4; i++) attempt("desk", "wrong");
        attempt("desk", "correct horse");
        for (let i = 0; i < 4; i++) expect(attempt("desk", "wrong")).toMatchObject({ why: "phone_wrong_credentials" });
    });
});

describe("digest credentials without qop", () => {
    const legacy = (allowsLegacyDigest: boolean) => {
        const { authenticator, requestOf, log } = world([], { allowsLegacyDigest });
        const first = authenticator.authenticate(requestOf("desk"), "unknown");
        const [challenge] = parseChallenges(
            first.kind === "answer" ? (first.response.headerLines?.[0]?.[1] ?? "") : "",
        );
        if (challenge === undefined) throw new Error("no challenge");
        const digest = { method: "REGISTER", uri: "sip:alice@bridge.example", body: "" };
        const credentials = { username: "desk", password: account.password };
        const header = authorization({ ...challenge, qop: undefined }, credentials, digest, 1, "cn");
        return { log, result: authenticator.authenticate(requestOf("desk", { Authorization: header }), "unknown") };
    };

    it("are rejected, with a warning that names the reason", () => {
        const { log, result } = legacy(false);
        expect(result).toMatchObject({ why: "phone_qop_missing", response: { status: 403 } });
        expect(log.lines).toEqual(["warn: phone rejected: digest without qop"]);
    });

    it("are accepted where the account allows them", () => {
        expect(legacy(true).result.kind).toBe("phone");
    });
});
