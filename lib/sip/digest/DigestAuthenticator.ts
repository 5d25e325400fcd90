import { randomBytes } from "node:crypto";
import type { Clock } from "../../ports/Clock.ts";
import { DigestServer } from "./DigestServer.ts";
import type { DigestAlgorithm } from "./digestResponse.ts";
import { networkOf } from "./networkOf.ts";
import { FailureLimit } from "./FailureLimit.ts";
import { parseUri, type SipUri } from "../sipHeaders.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";

export interface DigestAuthenticatorOptions {
    readonly realm: string;
    /** Best first. */
    readonly algorithms: readonly DigestAlgorithm[];
    readonly clock: Clock;
}

export type Authentication =
    | { readonly kind: "accepted"; readonly username: string; readonly isLegacy: boolean }
    /** To be answered with this response. `why` is one of a few constant words, for counting. */
    | { readonly kind: "answer"; readonly why: AuthenticationFailure; readonly response: OutgoingResponse };

export type AuthenticationFailure = "challenged" | "wrong_credentials" | "delayed" | "qop_missing";

const NONCE_LIFETIME_MS = 300_000;
const MAX_NONCES = 10_000;
const NONCE_BYTES = 8;
/** Failures before the next ones are delayed: of a user name from one address, and of an address, which can be that of an office. */
const FREE_OF_USER = 5;
const FREE_OF_ADDRESS = 50;

/** Authenticates senders by digest, and delays those that guess. Its responses do not reveal which user names exist. */
export class DigestAuthenticator {
    readonly #digest: DigestServer;
    readonly #failuresOfUsers: FailureLimit;
    readonly #failuresOfAddresses: FailureLimit;

    constructor({ realm, algorithms, clock }: DigestAuthenticatorOptions) {
        const now = (): number => Math.floor(clock.monotonic());
        this.#digest = new DigestServer({
            realm,
            algorithms,
            key: randomBytes(32),
            now,
            nonceLifetimeMs: NONCE_LIFETIME_MS,
            maxNonces: MAX_NONCES,
        });
        this.#failuresOfUsers = new FailureLimit(FREE_OF_USER, now);
        this.#failuresOfAddresses = new FailureLimit(FREE_OF_ADDRESS, now);
    }

    /**
     * @param claimed the name the request is in, for which guesses are counted
     * @param passwordOf undefined for a name that may not send this request
     */
    authenticate(
        request: IncomingRequest,
        claimed: string,
        passwordOf: (username: string) => string | undefined,
    ): Authentication {
        const { address } = request.source;
        const place = networkOf(address);
        const user = `${place} ${claimed}`;
        const header = request.headers.get("authorization") ?? request.headers.get("proxy-authorization");
        if (header === undefined) return this.#challenge(address, "fresh");
        const blockedMs = Math.max(this.#failuresOfUsers.blockedMs(user), this.#failuresOfAddresses.blockedMs(place));
        if (blockedMs > 0) return delayed(blockedMs);
        const { method, uri, body } = request;
        const verdict = this.#digest.check(header, { method, uri, body, sender: address }, passwordOf, isSameResource);
        switch (verdict.kind) {
            case "absent":
                return this.#challenge(address, "fresh");
            case "stale":
                return this.#challenge(address, "stale");
            case "refused":
                this.#failuresOfUsers.failed(user);
                this.#failuresOfAddresses.failed(place);
                return { kind: "answer", why: "wrong_credentials", response: { status: 403 } };
            case "accepted":
                this.#failuresOfUsers.succeeded(user);
                return verdict;
        }
    }

    #challenge(address: string, stale: "stale" | "fresh"): Authentication {
        const headerLines = this.#digest
            .challenges(address, randomBytes(NONCE_BYTES), stale)
            .map((value) => ["WWW-Authenticate", value] as const);
        return { kind: "answer", why: "challenged", response: { status: 401, headerLines } };
    }
}

/** For a sender whose configuration requires qop: it has the password, but an old client. */
export function qopMissing(): Extract<Authentication, { readonly kind: "answer" }> {
    return { kind: "answer", why: "qop_missing", response: { status: 403, reason: "Digest Without Qop" } };
}

function delayed(ms: number): Authentication {
    const headers = { "Retry-After": `${Math.ceil(ms / 1_000)}` };
    return { kind: "answer", why: "delayed", response: { status: 503, headers } };
}

/** Ports and parameters are changed on the way, and phones leave them out of the digest. */
function isSameResource(digestUri: string, requestUri: string): boolean {
    const [a, b] = [parseUri(digestUri), parseUri(requestUri)];
    const named = (uri: SipUri | undefined): string => `${uri?.user ?? ""}@${uri?.host ?? ""}`;
    return a !== undefined && b !== undefined && named(a) === named(b);
}
