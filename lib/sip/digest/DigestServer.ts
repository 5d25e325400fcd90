import { createHmac, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import { parseAuthParams } from "./authParams.ts";
import {
    DIGEST_ALGORITHMS,
    type DigestAlgorithm,
    type DigestQop,
    type DigestRequest,
    digestResponse,
} from "./digestResponse.ts";
import { encodeCesu8 } from "./encodeCesu8.ts";

export interface DigestServerOptions {
    /** Realm of the passwords; some phones show it. */
    readonly realm: string;
    /** Best first; each makes one challenge (RFC 8760, section 2.3). */
    readonly algorithms: readonly DigestAlgorithm[];
    /** Signs nonces, so that none of those given out has to be remembered. At least 16 random bytes, new at each start. */
    readonly key: Uint8Array;
    /** Time that only grows, in ms. */
    readonly now: () => number;
    /** How long a nonce may be used, in ms. */
    readonly nonceLifetimeMs: number;
    /** How many nonces in use are remembered, against requests that are replayed. */
    readonly maxNonces: number;
}

/** The result of checking an Authorization header. */
export type DigestVerdict =
    /** `isLegacy`: without qop (RFC 2069), so that neither the body nor a count of uses is protected. */
    | { readonly kind: "accepted"; readonly username: string; readonly isLegacy: boolean }
    /** Nothing for our realm that could be checked: it is to be challenged. */
    | { readonly kind: "absent" }
    /** The nonce cannot be used (any more), so nothing else was looked at: to be challenged with `stale`. */
    | { readonly kind: "stale" }
    /** Wrong password or unknown user; the response must not tell which. */
    | { readonly kind: "refused"; readonly username: string };

interface Credentials {
    readonly username: string;
    readonly nonce: string;
    readonly uri: string;
    readonly response: string;
    readonly algorithm: DigestAlgorithm;
    readonly session: boolean;
    readonly qop: DigestQop | undefined;
    readonly cnonce: string;
    readonly nonceCount: string;
}

/** Checked for unknown users, so that they take the same time as known ones. */
const PLACEHOLDER_PASSWORD = "\0";
/** Characters that UTF-8 and CESU-8 encode differently. */
const SURROGATES = /[\uD800-\uDFFF]/;
const STAMP_BYTES = 6;
const RANDOM_BYTES = 8;
const SIGNATURE_BYTES = 16;

/**
 * The server side of digest authentication (RFC 7616, RFC 8760), for requests of one realm. A nonce carries the time it
 * was made and a signature; only those that were used with the right password are remembered, for their count.
 */
export class DigestServer {
    readonly #options: DigestServerOptions;
    /** The highest count each nonce was used with, least recently used first. */
    readonly #counts: LRUCache<string, number>;
    /** Nonces made until then whose count is not known any more: they may have been used. */
    #forgottenUntil = 0;

    constructor(options: DigestServerOptions) {
        this.#options = options;
        this.#counts = new LRUCache({
            max: options.maxNonces,
            dispose: (_count, nonce, reason) => {
                if (reason === "evict") this.#forgottenUntil = Math.max(this.#forgottenUntil, stampOf(nonce));
            },
        });
    }

    /**
     * Challenges, one a WWW-Authenticate line and in this order (RFC 3261, section 7.3.1 forbids joining them).
     * @param sender the address the answer will come from: a nonce is not valid from any other
     * @param random 8 bytes, fresh for each call
     */
    challenges(sender: string, random: Uint8Array, stale: "stale" | "fresh" = "fresh"): string[] {
        const { realm, algorithms, now } = this.#options;
        const nonce = this.#nonce(now(), random.subarray(0, RANDOM_BYTES), sender);
        return algorithms.map((algorithm) =>
            [
                `Digest realm="${realm}"`,
                `nonce="${nonce}"`,
                `algorithm=${algorithm}`,
                'qop="auth,auth-int"',
                ...(stale === "stale" ? ["stale=true"] : []),
            ].join(", "),
        );
    }

    /**
     * Checks the credentials a request brings. Takes the same time whether the user exists or not, and looks at a password
     * only with a nonce made for this sender, so that a sender cannot cause failures in another sender's name.
     * @param header the value of Authorization or Proxy-Authorization, several joined by commas
     * @param passwordOf the password of a user, undefined if there is none of that name
     * @param isSameResource whether the digest's uri means the request's: proxies rewrite Request-URIs (RFC 3261, 22.4)
     */
    check(
        header: string | undefined,
        request: DigestRequest & { readonly sender: string },
        passwordOf: (username: string) => string | undefined,
        isSameResource: (digestUri: string, requestUri: string) => boolean = (digestUri, uri) => digestUri === uri,
    ): DigestVerdict {
        const credentials = this.#credentialsIn(header);
        if (credentials === undefined) return { kind: "absent" };
        if (!this.#isUsable(credentials.nonce, request.sender)) return { kind: "stale" };
        const { uri } = credentials;
        const username = unescapeQuoted(credentials.username);
        const password = passwordOf(username);
        const isRight = this.#isRight(credentials, { ...request, uri }, password ?? PLACEHOLDER_PASSWORD);
        if (!isRight || password === undefined || !isSameResource(uri, request.uri))
            return { kind: "refused", username };
        const isLegacy = credentials.qop === undefined;
        return this.#count(credentials) ? { kind: "accepted", username, isLegacy } : { kind: "stale" };
    }

    #credentialsIn(header: string | undefined): Credentials | undefined {
        const { realm } = this.#options;
        const sets = parseAuthParams(header ?? "").filter(({ scheme }) => scheme === "digest");
        const ours = sets.find(({ params }) => params.get("realm") === realm);
        return ours === undefined ? undefined : credentialsOf(ours.params);
    }

    #isRight(credentials: Credentials, request: DigestRequest, password: string): boolean {
        const { realm, algorithms } = this.#options;
        const given = Buffer.from(credentials.response.toLowerCase());
        const isResponse = (bodyBytes: Uint8Array): boolean => {
            const expected = Buffer.from(digestResponse({ ...credentials, realm, password, request, bodyBytes }));
            return given.length === expected.length && timingSafeEqual(given, expected);
        };
        const isEqual =
            isResponse(Buffer.from(request.body)) ||
            // the same text in another encoding
            (credentials.qop === "auth-int" && SURROGATES.test(request.body) && isResponse(encodeCesu8(request.body)));
        return isEqual && algorithms.includes(credentials.algorithm);
    }

    /** Whether the nonce is ours, for this sender, and young enough. */
    #isUsable(nonce: string, sender: string): boolean {
        const { now, nonceLifetimeMs } = this.#options;
        const age = now() - stampOf(nonce);
        return this.#isOurs(nonce, sender) && age >= 0 && age <= nonceLifetimeMs;
    }

    /** Whether the nonce was not used with this count or a higher one before. */
    #count({ nonce, nonceCount, qop }: Credentials): boolean {
        const known = this.#counts.get(nonce);
        if (known === undefined && stampOf(nonce) <= this.#forgottenUntil) return false;
        // without qop there is no count: such a nonce serves once (RFC 2069, section 2.1.1)
        const count = qop === undefined ? 1 : Number.parseInt(nonceCount, 16);
        if (count <= (known ?? 0)) return false;
        this.#counts.set(nonce, count);
        return true;
    }

    #nonce(madeAt: number, random: Uint8Array, sender: string): string {
        const stamp = Buffer.alloc(STAMP_BYTES);
        stamp.writeUIntBE(madeAt, 0, STAMP_BYTES);
        const head = Buffer.concat([stamp, random]);
        return Buffer.concat([head, this.#sign(head, sender)]).toString("base64url");
    }

    #isOurs(nonce: string, sender: string): boolean {
        const bytes = Buffer.from(nonce, "base64url");
        if (bytes.length <= STAMP_BYTES + SIGNATURE_BYTES || bytes.toString("base64url") !== nonce) return false;
        const head = bytes.subarray(0, -SIGNATURE_BYTES);
        return timingSafeEqual(bytes.subarray(-SIGNATURE_BYTES), this.#sign(head, sender));
    }

    #sign(head: Uint8Array, sender: string): Buffer {
        const { key, realm } = this.#options;
        return createHmac("sha256", key)
            .update(head)
            .update(JSON.stringify([realm, sender]))
            .digest()
            .subarray(0, SIGNATURE_BYTES);
    }
}

function credentialsOf(params: ReadonlyMap<string, string>): Credentials | undefined {
    const [username, nonce, uri, response] = ["username", "nonce", "uri", "response"].map((name) => params.get(name));
    const [, name = "", session] = /^(.*?)(-sess)?$/i.exec(params.get("algorithm") ?? "MD5") ?? [];
    const algorithm = DIGEST_ALGORITHMS.find((known) => known === name.toUpperCase());
    const qop = qopOf(params.get("qop"));
    const [nonceCount = "", cnonce = ""] = [params.get("nc"), params.get("cnonce")];
    const isComplete = username !== undefined && nonce !== undefined && uri !== undefined && response !== undefined;
    if (!isComplete || algorithm === undefined || qop === "unknown") return undefined;
    if (qop !== undefined && (!/^[0-9a-f]{8}$/i.test(nonceCount) || cnonce === "")) return undefined;
    return { username, nonce, uri, response, algorithm, session: session !== undefined, qop, cnonce, nonceCount };
}

function qopOf(text: string | undefined): DigestQop | undefined | "unknown" {
    const qop = text?.toLowerCase();
    return qop === undefined || qop === "auth" || qop === "auth-int" ? qop : "unknown";
}

/** 0, which is long ago, for text that is not one of our nonces. */
function stampOf(nonce: string): number {
    const bytes = Buffer.from(nonce, "base64url");
    return bytes.length < STAMP_BYTES ? 0 : bytes.readUIntBE(0, STAMP_BYTES);
}

function unescapeQuoted(text: string): string {
    return text.replace(/\\(.)/g, "$1");
}
