import { describe, expect, test } from "vitest";
import type { DigestRequest } from "../../../../lib/sip/digest/digestResponse.ts";
import {
    authorization,
    DigestClient,
    type DigestChallenge,
    parseChallenges,
} from "../../../../lib/sip/digest/DigestClient.ts";

const mufasa = { username: "Mufasa", password: "Circle of Life" };
const get = { method: "GET", uri: "/dir/index.html", body: "" };
const cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
const nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
const challenge: DigestChallenge = {
    realm: "http-auth@example.org",
    nonce,
    algorithm: "MD5",
    session: false,
    qop: "auth",
    stale: false,
};

function responseOf(header: string | undefined): string | undefined {
    return /response="([0-9a-f]+)"/.exec(header ?? "")?.[1];
}

describe("the examples of the RFCs", () => {
    test.each([
        ["RFC 7616, 3.9.1, MD5", "MD5", "8ca523f5e9506fed4657c9700eebdbec"],
        ["RFC 7616, 3.9.1, SHA-256", "SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
    ] as const)("%s", (_, algorithm, expected) => {
        expect(responseOf(authorization({ ...challenge, algorithm }, mufasa, get, 1, cnonce))).toBe(expected);
    });

    test("RFC 7616, 3.9.2, SHA-512-256, as corrected by erratum 4897", () => {
        const header = authorization(
            {
                realm: "api@example.org",
                nonce: "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
                algorithm: "SHA-512-256",
                session: false,
                qop: "auth",
                stale: false,
            },
            { username: "Jäsøn Doe", password: "Secret, or not?" },
            { method: "GET", uri: "/doe.json", body: "" },
            1,
            "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
        );
        expect(responseOf(header)).toBe("3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5");
    });

    test("RFC 2617, 3.5, which has MD5 and opaque", () => {
        const header = authorization(
            {
                realm: "testrealm@host.com",
                nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
                algorithm: "MD5",
                session: false,
                qop: "auth",
                opaque: "5ccc069c403ebaf9f0171e9517f40e41",
                stale: false,
            },
            { username: "Mufasa", password: "Circle Of Life" },
            get,
            1,
            "0a4f113b",
        );
        expect(responseOf(header)).toBe("6629fae49393a05397450978507c4ef1");
        expect(header).toContain('opaque="5ccc069c403ebaf9f0171e9517f40e41"');
    });
});

describe("what goes into the response", () => {
    const base = responseOf(authorization(challenge, mufasa, get, 1, cnonce));

    test.each([
        ["the body, with auth-int", { ...challenge, qop: "auth-int" as const }, { ...get, body: "v=0" }, 1],
        ["the session, with -sess", { ...challenge, session: true }, get, 1],
        ["nothing but the nonce, without qop", { ...challenge, qop: undefined }, get, 1],
        ["the count of uses", challenge, get, 2],
        ["the method", challenge, { ...get, method: "BYE" }, 1],
    ])("%s", (_, theChallenge, request, uses) => {
        expect(responseOf(authorization(theChallenge, mufasa, request, uses, cnonce))).not.toBe(base);
    });

    test("not the body, with auth", () => {
        expect(responseOf(authorization(challenge, mufasa, { ...get, body: "v=0" }, 1, cnonce))).toBe(base);
    });

    test("quotes and backslashes in a user name are escaped", () => {
        const header = authorization(challenge, { username: 'a"b\\c', password: "" }, get, 1, cnonce);
        expect(header).toContain('username="a\\"b\\\\c"');
    });

    test("a challenge of RFC 2069 is answered in its own terms: no qop, count or cnonce", () => {
        expect(authorization({ ...challenge, qop: undefined }, mufasa, get, 1, cnonce)).not.toMatch(/qop|nc=|cnonce/);
    });
});

describe("challenges as they come", () => {
    test.each<[string, string, readonly Partial<DigestChallenge>[]]>([
        ["the least", 'Digest realm="a", nonce="b"', [{ realm: "a", nonce: "b", algorithm: "MD5", qop: undefined }]],
        ["in any case and spacing", 'DIGEST Realm = "a" ,NONCE="b",Algorithm=md5', [{ realm: "a", algorithm: "MD5" }]],
        ["a quoted algorithm", 'Digest realm="a", nonce="b", algorithm="SHA-256"', [{ algorithm: "SHA-256" }]],
        ["-sess", 'Digest realm="a", nonce="b", algorithm=MD5-sess, qop="auth"', [{ session: true }]],
        ["both qops: auth", 'Digest realm="a", nonce="b", qop="auth-int,auth"', [{ qop: "auth" }]],
        ["auth-int alone", 'Digest realm="a", nonce="b", qop=auth-int', [{ qop: "auth-int" }]],
        [
            "commas and escapes in quotes",
            'Digest realm="a, \\"b\\"", nonce="c=,d"',
            [{ realm: 'a, \\"b\\"', nonce: "c=,d" }],
        ],
        ["an empty realm", 'Digest realm="", nonce="b"', [{ realm: "" }]],
        ["stale", 'Digest realm="a", nonce="b", stale=TRUE', [{ stale: true }]],
        [
            "several, joined by a comma",
            'Digest realm="a", nonce="1", algorithm=SHA-256, qop="auth",Digest realm="a", nonce="2", algorithm=MD5',
            [
                { nonce: "1", algorithm: "SHA-256" },
                { nonce: "2", algorithm: "MD5" },
            ],
        ],
        ["another scheme before", 'Basic realm="x", Digest realm="a", nonce="b"', [{ realm: "a" }]],
        ["a scheme without parameters before", 'Negotiate, Digest realm="a", nonce="b"', [{ realm: "a" }]],
        ["qop without its quotes", 'Digest realm="a", qop=auth,auth-int, nonce="b"', [{ qop: "auth", nonce: "b" }]],
        ["an empty qop", 'Digest realm="a", nonce="b", qop=""', [{ qop: undefined }]],
        ["an unknown algorithm", 'Digest realm="a", nonce="b", algorithm=AKAv1-MD5', []],
        ["an unknown qop", 'Digest realm="a", nonce="b", qop="auth-conf"', []],
        ["no nonce", 'Digest realm="a"', []],
        ["nothing of the kind", "!!", []],
    ])("%s", (_, header, expected) => {
        expect(parseChallenges(header)).toMatchObject(expected);
        expect(parseChallenges(header)).toHaveLength(expected.length);
    });
});

describe("answering", () => {
    const invite = { method: "INVITE", uri: "sip:bob@example.org", body: "" };
    const client = (realm?: string): DigestClient =>
        new DigestClient({ ...mufasa, ...(realm !== undefined && { realm }) }, () => "c");
    const answer = (digest: DigestClient, header: string, request: DigestRequest): string | undefined =>
        digest.challenged("server", header)
            ? digest
                  .authorize(request)
                  .map(({ value }) => value)
                  .join("\n")
            : undefined;
    const realmsIn = (value = ""): string[] => [...value.matchAll(/realm="([^"]*)"/g)].map(([, realm = ""]) => realm);

    test("takes the strongest challenge, wherever it stands", () => {
        const header = ["MD5", "SHA-256", "SHA-512-256"]
            .map((algorithm) => `Digest realm="a", nonce="${algorithm}", algorithm=${algorithm}`)
            .join(",");
        expect(answer(client(), header, invite)).toMatch(/algorithm=SHA-256$/);
    });

    test("answers its own realm only, if one is configured", () => {
        expect(answer(client("ours"), 'Digest realm="a", nonce="b"', invite)).toBeUndefined();
        expect(answer(client("ours"), 'Digest realm="a", nonce="b",Digest realm="ours", nonce="c"', invite)).toContain(
            'realm="ours"',
        );
    });

    test("knows its realm behind the escapes it has in a header", () => {
        expect(answer(client('the "best" one'), 'Digest realm="the \\"best\\" one", nonce="b"', invite)).toContain(
            'realm="the \\"best\\" one"',
        );
    });

    test("does not repeat credentials that were refused", () => {
        const digest = client();
        answer(digest, 'Digest realm="a", nonce="1"', invite);
        expect(answer(digest, 'Digest realm="a", nonce="2"', invite)).toBeUndefined();
    });

    test("answers every realm that asks, each with its strongest, until all have refused", () => {
        const digest = client();
        const header =
            'Digest realm="a", nonce="1", algorithm=SHA-256, Digest realm="b", nonce="2", Digest realm="a", nonce="3"';
        expect(realmsIn(answer(digest, header, invite))).toEqual(["a", "b"]);
        expect(answer(digest, header, invite)).toBeUndefined();
    });

    test("does not answer more realms than there are on any way", () => {
        const header = Array.from({ length: 100 }, (_, i) => `Digest realm="r${i}", nonce="1"`).join(",");
        expect(realmsIn(answer(client(), header, invite))).toHaveLength(8);
    });

    test("does repeat them if only the nonce was stale", () => {
        const digest = client();
        answer(digest, 'Digest realm="a", nonce="1"', invite);
        expect(answer(digest, 'Digest realm="a", nonce="2", stale=true', invite)).toContain('nonce="2"');
    });

    test("answers a second realm on the way together with the first, one by proxies and one by the callee", () => {
        const digest = client();
        digest.challenged("proxy", 'Digest realm="first", nonce="1"');
        digest.authorize(invite);
        digest.challenged("proxy", 'Digest realm="second", nonce="2"');
        expect(digest.authorize(invite).map(({ to, value }) => [to, ...realmsIn(value)])).toEqual([
            ["proxy", "first"],
            ["proxy", "second"],
        ]);
        digest.challenged("server", 'Digest realm="first", nonce="3"');
        expect(digest.authorize(invite).map(({ to, value }) => [to, ...realmsIn(value)])).toEqual([
            ["proxy", "first"],
            ["proxy", "second"],
            ["server", "first"],
        ]);
    });

    test("leaves out what was refused where another realm is new", () => {
        const digest = client();
        answer(digest, 'Digest realm="a", nonce="1"', invite);
        expect(realmsIn(answer(digest, 'Digest realm="a", nonce="2", Digest realm="b", nonce="3"', invite))).toEqual([
            "b",
        ]);
    });

    test("counts on where nonces alternate, and remembers a bounded number of them", () => {
        const digest = client();
        const use = (nonce: string): string | undefined => {
            digest.accepted();
            const value = answer(digest, `Digest realm="a", nonce="${nonce}", qop="auth"`, invite);
            return /nc=0*([0-9a-f]+)/.exec(value ?? "")?.[1];
        };
        expect(["1", "2", "1", "2", "1"].map(use)).toEqual(["1", "1", "2", "2", "3"]);
        for (let i = 0; i < 63; i++) use(`other${i}`);
        expect([use("1"), use("2")]).toEqual(["4", "1"]);
    });

    test("counts the uses of a nonce over the requests of a dialog", () => {
        const digest = client();
        answer(digest, 'Digest realm="a", nonce="1", qop="auth"', invite);
        digest.accepted();
        expect(answer(digest, 'Digest realm="a", nonce="1", qop="auth"', { ...invite, method: "BYE" })).toContain(
            "nc=00000002",
        );
    });
});
