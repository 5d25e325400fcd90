import { randomBytes } from "node:crypto";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import { DigestServer } from "../digestServer.ts";
import type { DigestAlgorithm } from "../digestResponse.ts";
import { parseNameAddress, parseUri, type SipUri } from "../sipHeaders.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import { FailureBound } from "./FailureBound.ts";
import type { SipAccount } from "./SipAccount.ts";

export interface PhoneGuardOptions {
    readonly accounts: readonly SipAccount[];
    readonly realm: string;
    /** Hosts by which phones name us in From and To, the realm included; lower case. */
    readonly hosts: ReadonlySet<string>;
    /** Best first. */
    readonly algorithms: readonly DigestAlgorithm[];
    readonly clock: Clock;
    readonly log: Log;
}

/** Whether a request is a phone's. */
export type PhoneVerdict =
    /** It does not claim to be. */
    | { readonly kind: "notPhone" }
    | { readonly kind: "phone"; readonly account: SipAccount }
    /** To be answered so. `why` is one of a few fixed words, for counting. */
    | { readonly kind: "answer"; readonly why: PhoneRefusal; readonly response: OutgoingResponse };

type PhoneRefusal = "phone challenged" | "phone refused" | "phone slowed down";

const NONCE_LIFETIME_MS = 300_000;
const MAX_NONCES = 10_000;
const NONCE_BYTES = 8;
/** Failures before the next ones are slowed down: of a user name from one address, and of an address, which may be an office's. */
const FREE_OF_PHONE = 5;
const FREE_OF_ADDRESS = 50;

/** Lets the phones of accounts in, by digest. Nobody learns from it which accounts there are. */
export class PhoneGuard {
    readonly #options: PhoneGuardOptions;
    readonly #accounts: ReadonlyMap<string, SipAccount>;
    readonly #digest: DigestServer;
    readonly #failuresOfPhones: FailureBound;
    readonly #failuresOfAddresses: FailureBound;

    constructor(options: PhoneGuardOptions) {
        this.#options = options;
        this.#accounts = new Map(options.accounts.map((account) => [account.username, account]));
        const now = (): number => options.clock.now();
        this.#digest = new DigestServer({
            realm: options.realm,
            algorithms: options.algorithms,
            key: randomBytes(32),
            now,
            nonceLifetimeMs: NONCE_LIFETIME_MS,
            maxNonces: MAX_NONCES,
        });
        this.#failuresOfPhones = new FailureBound(FREE_OF_PHONE, now);
        this.#failuresOfAddresses = new FailureBound(FREE_OF_ADDRESS, now);
    }

    /**
     * Judges a REGISTER or INVITE. A stranger who names anybody at our hosts is asked who they are; of a peer, who may
     * call anyway, only calls in the name of an account are.
     */
    judge(request: IncomingRequest, sender: "peer" | "stranger"): PhoneVerdict {
        const claimed = this.#claimedUser(request);
        if (claimed === undefined) return { kind: "notPhone" };
        if (sender === "peer" && !this.#accounts.has(claimed)) return { kind: "notPhone" };
        const { address } = request.source;
        const phone = `${address} ${claimed}`;
        const header = request.headers.get("authorization") ?? request.headers.get("proxy-authorization");
        if (header === undefined) return this.#challenge(address, "fresh");
        const blockedMs = Math.max(
            this.#failuresOfPhones.blockedMs(phone),
            this.#failuresOfAddresses.blockedMs(address),
        );
        if (blockedMs > 0) return slowedDown(blockedMs);
        const verdict = this.#digest.check(
            header,
            { method: request.method, uri: request.uri, body: request.body, sender: address },
            (username) => (username === claimed ? this.#accounts.get(username)?.password : undefined),
            isSameResource,
        );
        switch (verdict.kind) {
            case "absent":
                return this.#challenge(address, "fresh");
            case "stale":
                return this.#challenge(address, "stale");
            case "refused":
                this.#failuresOfPhones.failed(phone);
                this.#failuresOfAddresses.failed(address);
                this.#options.log.warn("phone refused: wrong user name or password", { address });
                return { kind: "answer", why: "phone refused", response: { status: 403 } };
            case "accepted":
                this.#failuresOfPhones.succeeded(phone);
                return this.#accepted(verdict.username, address);
        }
    }

    #accepted(username: string, address: string): PhoneVerdict {
        const account = this.#accounts.get(username);
        return account === undefined ? this.#challenge(address, "fresh") : { kind: "phone", account };
    }

    /** The user part by which a request says whose it is (RFC 3261, section 10.2 for REGISTER), if that is one of ours. */
    #claimedUser({ method, headers }: IncomingRequest): string | undefined {
        const header = headers.get(method === "REGISTER" ? "to" : "from") ?? "";
        const uri = parseUri(parseNameAddress(header)?.uri ?? "");
        return uri?.host !== undefined && this.#options.hosts.has(uri.host) ? uri.user : undefined;
    }

    #challenge(address: string, stale: "stale" | "fresh"): PhoneVerdict {
        const headerLines = this.#digest
            .challenges(address, randomBytes(NONCE_BYTES), stale)
            .map((value) => ["WWW-Authenticate", value] as const);
        return { kind: "answer", why: "phone challenged", response: { status: 401, headerLines } };
    }
}

function slowedDown(ms: number): PhoneVerdict {
    const headers = { "Retry-After": `${Math.ceil(ms / 1_000)}` };
    return { kind: "answer", why: "phone slowed down", response: { status: 503, headers } };
}

/** Ports and parameters are changed on the way, and phones leave them out of the digest. */
function isSameResource(digestUri: string, requestUri: string): boolean {
    const [a, b] = [parseUri(digestUri), parseUri(requestUri)];
    const named = (uri: SipUri | undefined): string => `${uri?.user ?? ""}@${uri?.host ?? ""}`;
    return a !== undefined && b !== undefined && named(a) === named(b);
}
