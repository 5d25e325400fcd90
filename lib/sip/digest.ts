import { parseAuthParams } from "./authParams.ts";
import {
    DIGEST_ALGORITHMS,
    type DigestAlgorithm,
    type DigestQop,
    type DigestRequest,
    digestResponse,
} from "./digestResponse.ts";

export interface DigestCredentials {
    readonly username: string;
    readonly password: string;
    /** Answers challenges of this realm only; any realm if left out. */
    readonly realm?: string;
}

/** A challenge of WWW-Authenticate or Proxy-Authenticate (RFC 7616, section 3.3). Values are as between their quotes. */
export interface DigestChallenge {
    readonly realm: string;
    readonly nonce: string;
    readonly algorithm: DigestAlgorithm;
    readonly session: boolean;
    /** Undefined is a challenge of RFC 2069, without qop. */
    readonly qop: DigestQop | undefined;
    readonly opaque?: string;
    readonly stale: boolean;
}

/**
 * Answers the challenges one dialog or registration meets. Keeps the count of each nonce's use, and notices when the
 * same realm challenges again although it was answered: then the credentials are wrong.
 */
export class DigestClient {
    readonly #credentials: DigestCredentials;
    readonly #makeCnonce: () => string;
    /** Realms answered since a request was last accepted. */
    readonly #answered = new Set<string>();
    #nonce: { readonly value: string; readonly uses: number } = { value: "", uses: 0 };

    constructor(credentials: DigestCredentials, makeCnonce: () => string) {
        this.#credentials = credentials;
        this.#makeCnonce = makeCnonce;
    }

    /**
     * The value of the Authorization (or Proxy-Authorization) header for the strongest challenge in `header`. Undefined if
     * none can be answered: no scheme or algorithm we know, another realm, or credentials that were refused.
     */
    answer(header: string, request: DigestRequest): string | undefined {
        const open = parseChallenges(header).filter(({ realm, stale }) => stale || !this.#answered.has(realm));
        const challenge = strongest(open, this.#credentials.realm);
        if (challenge === undefined) return undefined;
        this.#answered.add(challenge.realm);
        const uses = challenge.nonce === this.#nonce.value ? this.#nonce.uses + 1 : 1;
        this.#nonce = { value: challenge.nonce, uses };
        return authorization(challenge, this.#credentials, request, uses, this.#makeCnonce());
    }

    /** A request got through: the next one may be challenged anew. */
    accepted(): void {
        this.#answered.clear();
    }
}

/** The value of an Authorization header: pure, for all of RFC 7616 but userhash. */
export function authorization(
    challenge: DigestChallenge,
    credentials: DigestCredentials,
    request: DigestRequest,
    uses: number,
    cnonce: string,
): string {
    const { realm, nonce, algorithm, session, qop, opaque } = challenge;
    const username = escapeQuoted(credentials.username);
    const nc = uses.toString(16).padStart(8, "0");
    const inputs = { algorithm, username, realm, password: credentials.password, nonce, session, qop, cnonce };
    const response = digestResponse({ ...inputs, nonceCount: nc, request });
    return `Digest ${[
        `username="${username}"`,
        `realm="${realm}"`,
        `nonce="${nonce}"`,
        `uri="${request.uri}"`,
        `response="${response}"`,
        `algorithm=${algorithm}${session ? "-sess" : ""}`,
        ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${nc}`]),
        ...(qop === undefined && !session ? [] : [`cnonce="${cnonce}"`]),
        ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
    ].join(", ")}`;
}

/** Every Digest challenge of a header in which several may be joined by commas. Those we cannot answer are left out. */
export function parseChallenges(header: string): DigestChallenge[] {
    return parseAuthParams(header).flatMap(({ scheme, params }) => {
        const challenge = scheme === "digest" ? challengeOf(params) : undefined;
        return challenge === undefined ? [] : [challenge];
    });
}

function challengeOf(params: ReadonlyMap<string, string>): DigestChallenge | undefined {
    const realm = params.get("realm");
    const nonce = params.get("nonce");
    if (realm === undefined || nonce === undefined) return undefined;
    const [, name = "", sess] = /^(.*?)(-sess)?$/i.exec(params.get("algorithm") ?? "MD5") ?? [];
    const algorithm = DIGEST_ALGORITHMS.find((known) => known === name.toUpperCase());
    const qop = chooseQop(params.get("qop"));
    if (algorithm === undefined || qop === "none we know") return undefined;
    const opaque = params.get("opaque");
    return {
        realm,
        nonce,
        algorithm,
        session: sess !== undefined,
        qop,
        stale: params.get("stale")?.toLowerCase() === "true",
        ...(opaque !== undefined && { opaque }),
    };
}

/** `auth` where there is a choice: proxies that rewrite SDP break `auth-int`. */
function chooseQop(offered: string | undefined): DigestChallenge["qop"] | "none we know" {
    if (offered === undefined) return undefined;
    const options = offered.split(",").map((option) => option.trim().toLowerCase());
    return (["auth", "auth-int"] as const).find((known) => options.includes(known)) ?? "none we know";
}

/** RFC 8760, section 2.4 leaves the choice to local policy: the strongest, so that nobody on the way can weaken it. */
function strongest(challenges: readonly DigestChallenge[], realm: string | undefined): DigestChallenge | undefined {
    return challenges
        .filter((challenge) => realm === undefined || challenge.realm === realm)
        .reduce<DigestChallenge | undefined>(
            (best, next) =>
                best === undefined ||
                DIGEST_ALGORITHMS.indexOf(next.algorithm) > DIGEST_ALGORITHMS.indexOf(best.algorithm)
                    ? next
                    : best,
            undefined,
        );
}

function escapeQuoted(text: string): string {
    return text.replace(/["\\]/g, "\\$&");
}
