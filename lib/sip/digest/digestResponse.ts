import { createHash } from "node:crypto";

/**
 * Weakest first (RFC 8760, section 2.2). The two SHAs are equally strong, but SHA-512-256 is easily got wrong: the example
 * in RFC 7616 is (erratum 4897).
 */
export const DIGEST_ALGORITHMS = ["MD5", "SHA-512-256", "SHA-256"] as const;
export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number];

export type DigestQop = "auth" | "auth-int";

/** The part of a request a digest covers. */
export interface DigestRequest {
    readonly method: string;
    /** The Request-URI, as on the wire. */
    readonly uri: string;
    readonly body: string;
}

/** Everything a response is made of (RFC 7616, section 3.4.1). Texts are as between their quotes on the wire. */
export interface DigestInputs {
    readonly algorithm: DigestAlgorithm;
    readonly username: string;
    readonly realm: string;
    readonly password: string;
    readonly nonce: string;
    /** The algorithm is one of the `-sess` variants. */
    readonly session: boolean;
    /** Undefined is a response of RFC 2069, without qop. */
    readonly qop: DigestQop | undefined;
    readonly cnonce: string;
    /** Eight hexadecimal digits. */
    readonly nonceCount: string;
    readonly request: DigestRequest;
    /** The body as the client hashes it; the bytes of `request.body` in UTF-8 if not given. */
    readonly bodyBytes?: Uint8Array;
}

const HASHES: Readonly<Record<DigestAlgorithm, string>> = {
    MD5: "md5",
    "SHA-256": "sha256",
    "SHA-512-256": "sha512-256",
};

/** The value of `response`: lower-case hexadecimal digits. Pure. */
export function digestResponse(inputs: DigestInputs): string {
    const { algorithm, username, realm, password, nonce, session, qop, cnonce, nonceCount, request } = inputs;
    const hash = (data: string | Uint8Array): string => createHash(HASHES[algorithm]).update(data).digest("hex");
    const secret = hash(`${username}:${realm}:${password}`);
    const ha1 = session ? hash(`${secret}:${nonce}:${cnonce}`) : secret;
    const entity = qop === "auth-int" ? `:${hash(inputs.bodyBytes ?? request.body)}` : "";
    const ha2 = hash(`${request.method}:${request.uri}${entity}`);
    return hash(qop === undefined ? `${ha1}:${nonce}:${ha2}` : `${ha1}:${nonce}:${nonceCount}:${cnonce}:${qop}:${ha2}`);
}
