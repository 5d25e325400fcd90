import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it, test } from "vitest";
import { authorization, parseChallenges } from "../../../../lib/sip/digest/DigestClient.ts";
import { DigestServer, type DigestServerOptions } from "../../../../lib/sip/digest/DigestServer.ts";

const desk = { username: "desk", password: "correct horse" };
const sender = "192.0.2.7";
const register = { method: "REGISTER", uri: "sip:bridge.example", body: "", sender };

function world(given: Partial<DigestServerOptions> = {}) {
    let now = 1_700_000_000_000;
    const server = new DigestServer({
        realm: "bridge.example",
        algorithms: ["SHA-256", "MD5"],
        key: Buffer.alloc(32, 7),
        now: () => now,
        nonceLifetimeMs: 60_000,
        maxNonces: 3,
        ...given,
    });
    const passwordOf = (name: string): string | undefined => (name === desk.username ? desk.password : undefined);
    const challenge = (nth = 0) => {
        const [parsed] = parseChallenges(server.challenges(sender, randomBytes(8))[nth] ?? "");
        if (parsed === undefined) throw new Error("no challenge");
        return parsed;
    };
    return {
        server,
        challenge,
        check: (header: string | undefined, request = register) => server.check(header, request, passwordOf),
        pass: (ms: number) => {
            now += ms;
        },
    };
}

type World = ReturnType<typeof world>;
const answer = (to: ReturnType<World["challenge"]>, uses = 1, credentials = desk, request = register): string =>
    authorization(to, credentials, request, uses, "cn");

describe("the challenges", () => {
    it("are one for each algorithm, the best first", () => {
        const [first, second, ...others] = world().server.challenges(sender, randomBytes(8));
        expect(first).toMatch(
            /^Digest realm="bridge.example", nonce="[\w-]+", algorithm=SHA-256, qop="auth,auth-int"$/,
        );
        expect(second).toContain("algorithm=MD5");
        expect(others).toEqual([]);
    });

    it("say when only the nonce was wrong", () => {
        expect(world().server.challenges(sender, randomBytes(8), "stale")[0]).toMatch(/, stale=true$/);
    });
});

describe("what is accepted", () => {
    test.each([
        ["SHA-256", 0, {}],
        ["MD5", 1, {}],
        ["auth-int", 0, { qop: "auth-int" as const }],
        ["a session algorithm", 0, { session: true }],
        ["an old client without qop", 1, { qop: undefined }],
    ])("%s", (_, nth, change) => {
        const { challenge, check } = world();
        expect(check(answer({ ...challenge(nth), ...change }))).toMatchObject({ kind: "accepted", username: "desk" });
    });

    // jsSIP hashes each half of a surrogate pair on its own
    it("accepts auth-int over the CESU-8 form of a body, and of no other body", () => {
        const { challenge, check } = world();
        const request = { ...register, method: "MESSAGE", body: "grüße 👋" };
        const md5 = (data: string | Buffer): string => createHash("md5").update(data).digest("hex");
        const cesu8 = Buffer.from("6772c3bcc39f6520eda0bdedb18b", "hex");
        const responding = (body: Buffer): string => {
            const to = { ...challenge(1), qop: "auth-int" as const };
            const ha1 = md5(`${desk.username}:${to.realm}:${desk.password}`);
            const ha2 = md5(`MESSAGE:${request.uri}:${md5(body)}`);
            const response = md5(`${ha1}:${to.nonce}:00000001:cn:auth-int:${ha2}`);
            return answer(to, 1, desk, request).replace(/response="[^"]*"/, `response="${response}"`);
        };
        expect(check(responding(cesu8), request)).toMatchObject({ kind: "accepted" });
        expect(check(responding(Buffer.from("other")), request)).toMatchObject({ kind: "refused" });
    });

    it("finds its realm among others' credentials", () => {
        const { challenge, check } = world();
        const other = answer({ ...challenge(), realm: "elsewhere" });
        expect(check(`${other}, ${answer(challenge())}`)).toMatchObject({ kind: "accepted" });
    });

    it("lets the asker say which URIs are the same", () => {
        const { server, challenge } = world();
        const header = answer(challenge());
        const elsewhere = { ...register, uri: "sip:bridge.example:5060" };
        expect(
            server.check(
                header,
                elsewhere,
                () => desk.password,
                () => true,
            ),
        ).toMatchObject({ kind: "accepted" });
    });
});

describe("what is not", () => {
    test.each<[string, string, (world: World) => string | undefined]>([
        ["no header", "absent", () => undefined],
        ["another scheme", "absent", () => "Basic ZGVzazpjb3JyZWN0"],
        ["another realm", "absent", ({ challenge }) => answer({ ...challenge(), realm: "elsewhere" })],
        ["an unfinished header", "absent", () => 'Digest realm="bridge.example", username="desk'],
        ["an unknown qop", "absent", ({ challenge }) => answer(challenge()).replace("qop=auth", "qop=token")],
        ["a count that is none", "absent", ({ challenge }) => answer(challenge()).replace("nc=00000001", "nc=1")],
        ["a wrong password", "refused", ({ challenge }) => answer(challenge(), 1, { ...desk, password: "wrong" })],
        ["an unknown user", "refused", ({ challenge }) => answer(challenge(), 1, { ...desk, username: "absent" })],
        [
            "a password without an account",
            "refused",
            ({ challenge }) => answer(challenge(), 1, { username: "x", password: "\0" }),
        ],
        ["another method", "refused", ({ challenge }) => answer(challenge(), 1, desk, { ...register, method: "BYE" })],
        [
            "another URI",
            "refused",
            ({ challenge }) => answer(challenge(), 1, desk, { ...register, uri: "sip:x.example" }),
        ],
        [
            "an algorithm not offered",
            "refused",
            ({ challenge }) => answer({ ...challenge(), algorithm: "SHA-512-256" }),
        ],
        ["a nonce of our own making", "stale", ({ challenge }) => answer({ ...challenge(), nonce: "made-up" })],
    ])("%s", (_, kind, headerOf) => {
        const here = world();
        expect(here.check(headerOf(here))).toMatchObject({ kind });
    });

    it("a nonce signed with another key, as after a restart", () => {
        const before = world({ key: Buffer.alloc(32, 1) });
        expect(world().check(answer(before.challenge()))).toEqual({ kind: "stale" });
    });

    it("a nonce that is too old", () => {
        const { challenge, check, pass } = world();
        const header = answer(challenge());
        pass(60_001);
        expect(check(header)).toMatchObject({ kind: "stale" });
    });

    it("a nonce that was made for another sender, whatever the password", () => {
        const { challenge, server } = world();
        const there = { ...register, sender: "198.51.100.1" };
        for (const password of [desk.password, "wrong"]) {
            const header = answer(challenge(), 1, { ...desk, password });
            expect(server.check(header, there, () => desk.password)).toEqual({ kind: "stale" });
        }
    });
});

describe("the count of a nonce", () => {
    it("must grow", () => {
        const { challenge, check } = world();
        const one = challenge();
        const verdicts = [1, 1, 2, 5, 4, 6].map((uses) => check(answer(one, uses)).kind);
        expect(verdicts).toEqual(["accepted", "stale", "accepted", "accepted", "stale", "accepted"]);
    });

    it("is not used up by wrong passwords", () => {
        const { challenge, check } = world();
        const one = challenge();
        check(answer(one, 9, { ...desk, password: "wrong" }));
        expect(check(answer(one, 1)).kind).toBe("accepted");
    });

    it("is one without qop", () => {
        const { challenge, check } = world();
        const header = answer({ ...challenge(1), qop: undefined });
        expect(check(header)).toMatchObject({ kind: "accepted", isLegacy: true });
        expect(check(header).kind).toBe("stale");
    });

    it("is not begun again once forgotten", () => {
        const { challenge, check, pass } = world();
        const old = challenge();
        expect(check(answer(old)).kind).toBe("accepted");
        for (let i = 0; i < 3; i++) {
            pass(1);
            expect(check(answer(challenge())).kind).toBe("accepted");
        }
        expect(check(answer(old)).kind).toBe("stale");
    });
});
