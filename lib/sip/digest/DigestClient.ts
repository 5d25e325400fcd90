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

/** Who asks: a server or phone by 401, or a proxy on the way by 407. */
export type Challenger = "server" | "proxy";

/** Credentials for one challenge: the value of an Authorization or Proxy-Authorization header of its own. */
export interface Authorization {
    readonly to: Challenger;
    readonly value: string;
}

/** Maximum number of proxies on the way that each challenge a request. */
const MAX_REALMS = 8;
/** Nonces whose uses are remembered. */
const MAX_NONCES = 64;

/**
 * Answers the challenges one dialog or registration meets. Keeps the count of each nonce's use, and notices when the
 * same realm challenges again although it was answered: then the credentials are wrong.
 */
export class DigestClient {
    readonly #credentials: DigestCredentials;
    readonly #makeCnonce: () => string;
    /** What is answered in each repetition of a request until one is accepted, by who asks and the realm. */
    readonly #open = new Map<string, { readonly by: Challenger; readonly challenge: DigestChallenge }>();
    /** Realms answered since a request was last accepted. */
    readonly #answered = new Set<string>();
    /** Uses of nonces, the one used last at the end. */
    readonly #uses = new Map<string, number>();

    constructor(credentials: DigestCredentials, makeCnonce: () => string) {
        this.#credentials = credentials;
        this.#makeCnonce = makeCnonce;
    }

    /**
     * Takes the challenges of a 401 or 407, the strongest of each realm. False if none can be answered, so that the request
     * need not be repeated: no scheme or algorithm we know, another realm, or credentials that were refused.
     */
    challenged(by: Challenger, header: string): boolean {
        const { realm: ours } = this.#credentials;
        const isOurs = ({ realm }: DigestChallenge): boolean => ours === undefined || realm === escapeQuoted(ours);
        const challenges = parseChallenges(header).filter(isOurs);
        let isAnswerable = false;
        for (const [realm, ofRealm] of Map.groupBy(challenges, (each) => each.realm)) {
            const key = `${by} ${realm}`;
            this.#open.delete(key);
            const challenge = strongest(ofRealm.filter(({ stale }) => stale || !this.#answered.has(key)));
            if (challenge === undefined || this.#open.size >= MAX_REALMS) continue;
            this.#open.set(key, { by, challenge });
            this.#answered.add(key);
            isAnswerable = true;
        }
        return isAnswerable;
    }

    /**
     * The credentials to send with a request: one for each realm that has asked since one was last accepted, as each proxy
     * looks for its own (RFC 3261, section 22.3). Each call is a use of their nonces.
     */
    authorize(request: DigestRequest): readonly Authorization[] {
        return [...this.#open.values()].map(({ by, challenge }) => {
            const uses = this.#countUse(challenge.nonce);
            return { to: by, value: authorization(challenge, this.#credentials, request, uses, this.#makeCnonce()) };
        });
    }

    /** A request was accepted: the next one may be challenged again. */
    accepted(): void {
        this.#open.clear();
        this.#answered.clear();
    }

    #countUse(nonce: string): number {
        const uses = (this.#uses.get(nonce) ?? 0) + 1;
        this.#uses.delete(nonce);
        this.#uses.set(nonce, uses);
        const [oldest] = this.#uses.keys();
        if (oldest !== undefined && this.#uses.size > MAX_NONCES) this.#uses.delete(oldest);
        return uses;
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

/** `auth` where there is a choice: proxies that rewrite SDP break `auth-int`. An empty list is no choice, as without qop. */
function chooseQop(offered: string | undefined): DigestChallenge["qop"] | "none we know" {
    const options = (offered ?? "").split(",").map((option) => option.trim().toLowerCase());
    if (options.every((option) => option === "")) return undefined;
    return (["auth", "auth-int"] as const).find((known) => options.includes(known)) ?? "none we know";
}

/** RFC 8760, section 2.4 leaves the choice to local policy: the strongest, so that no proxy on the way can weaken it. */
function strongest(challenges: readonly DigestChallenge[]): DigestChallenge | undefined {
    return challenges.reduce<DigestChallenge | undefined>(
        (best, next) =>
            best === undefined || DIGEST_ALGORITHMS.indexOf(next.algorithm) > DIGEST_ALGORITHMS.indexOf(best.algorithm)
                ? next
                : best,
        undefined,
    );
}

function escapeQuoted(text: string): string {
    return text.replace(/["\\]/g, "\\$&");
}
