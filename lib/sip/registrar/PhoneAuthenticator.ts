import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import { DigestAuthenticator, type AuthenticationFailure, qopMissing } from "../digest/DigestAuthenticator.ts";
import type { DigestAlgorithm } from "../digest/digestResponse.ts";
import { hostOf } from "../../numbering/SipAddress.ts";
import { isAnonymous } from "../identity/anonymousAddress.ts";
import type { OwnHosts } from "../identity/OwnHosts.ts";
import { accountNameIn } from "../identity/OwnIdentities.ts";
import { fromOf, preferredIdentityOf } from "../identity/fromHeader.ts";
import { addressIn } from "../identity/partyOfUri.ts";
import { type NameAddress, parseNameAddress, parseUri } from "../sipHeaders.ts";
import type { IncomingRequest, OutgoingResponse, SipSource } from "../SipStack.ts";
import type { Registrar } from "./Registrar.ts";
import type { SipAccount } from "./SipAccount.ts";

export interface PhoneAuthenticatorOptions {
    readonly accounts: readonly SipAccount[];
    readonly realm: string;
    /** Hosts by which phones name the bridge in From and To, the realm included. */
    readonly hosts: Pick<OwnHosts, "has">;
    /** Best first. */
    readonly algorithms: readonly DigestAlgorithm[];
    readonly registrar: Pick<Registrar, "accountsAt">;
    readonly clock: Clock;
    readonly log: Log;
}

/** Whether a request was sent by a phone of an account. */
export type PhoneAuthentication =
    /** It names no account. */
    | { readonly kind: "notPhone" }
    | { readonly kind: "phone"; readonly account: SipAccount }
    /** To be answered with this response. `why` is one of a few constant words, for counting. */
    | { readonly kind: "answer"; readonly why: `phone_${AuthenticationFailure}`; readonly response: OutgoingResponse };

/** Authenticates phones by the digest credentials of their account. */
export class PhoneAuthenticator {
    readonly #options: PhoneAuthenticatorOptions;
    readonly #accounts: ReadonlyMap<string, SipAccount>;
    /** Of all accounts, as `accountNameIn` returns them. */
    readonly #names: ReadonlySet<string>;
    readonly #digest: DigestAuthenticator;

    constructor(options: PhoneAuthenticatorOptions) {
        this.#options = options;
        this.#accounts = new Map(options.accounts.map((account) => [account.username, account]));
        this.#names = new Set(options.accounts.map(({ username }) => username.toLowerCase()));
        this.#digest = new DigestAuthenticator(options);
    }

    /**
     * Authenticates a request of a method that requires a password. Unknown senders are challenged for every name at a host of the
     * bridge, so that they cannot find out which accounts exist; peers, which may call anyway, for names of accounts only.
     */
    authenticate(request: IncomingRequest, sender: "peer" | "unknown"): PhoneAuthentication {
        const claimed = this.#claimedNames(request);
        const [first] = claimed;
        if (first === undefined) return { kind: "notPhone" };
        const accountOf = (username: string): SipAccount | undefined =>
            claimed.includes(username.toLowerCase()) ? this.#accounts.get(username) : undefined;
        if (sender === "peer" && !claimed.some((name) => this.#names.has(name))) return { kind: "notPhone" };
        const verdict = this.#digest.authenticate(request, first, (username) => accountOf(username)?.password);
        if (verdict.kind === "accepted") {
            const account = accountOf(verdict.username);
            // only the password of an account is accepted
            if (account === undefined) return { kind: "notPhone" };
            if (verdict.isLegacy && account.allowsLegacyDigest !== true) {
                this.#report(
                    "phone rejected: digest without qop",
                    request,
                    verdict.username,
                    "allowLegacyDigest of the account",
                );
                return { ...qopMissing(), why: "phone_qop_missing" };
            }
            return { kind: "phone", account };
        }
        if (verdict.why === "wrong_credentials") {
            this.#report("phone rejected: wrong user name or password", request, first);
        }
        return { ...verdict, why: `phone_${verdict.why}` };
    }

    #report(message: string, request: IncomingRequest, username: string, setting?: string): void {
        this.#options.log.warn(message, {
            username,
            address: request.source.address,
            method: request.method,
            sipCallId: request.headers.get("call-id"),
            ...(setting !== undefined && { hint: `set ${setting}, or update the phone` }),
        });
    }

    /**
     * The names of accounts, in canonical form, that a request may be sent for. A REGISTER names its account in To (RFC 3261,
     * section 10.2), at any host: phones are configured with host names and addresses of a NAT that the bridge does not know.
     */
    #claimedNames(request: IncomingRequest): readonly string[] {
        const { method, headers, source } = request;
        if (method === "REGISTER") return namesIn(parseNameAddress(headers.get("to") ?? ""), () => true);
        const isOwn = (host: string): boolean => this.#options.hosts.has(host);
        const from = fromOf(headers);
        if (from === undefined || !isAnonymous(from)) {
            const own = namesIn(from, isOwn);
            return own.length > 0 ? own : namesIn(from, () => true).filter(this.#registeredAt(source));
        }
        // a phone that withholds its identity from the callee tells its proxy (RFC 3325, section 9.2), or has registered
        const preferred = namesIn(preferredIdentityOf(headers), isOwn);
        return preferred.length > 0 ? preferred : [...this.#names].filter(this.#registeredAt(source));
    }

    #registeredAt(source: SipSource): (name: string) => boolean {
        const names = new Set(this.#options.registrar.accountsAt(source).map((username) => username.toLowerCase()));
        return (name) => names.has(name);
    }
}

/** The account name that an identity names, if its host is accepted. */
function namesIn(identity: NameAddress | undefined, isAccepted: (host: string) => boolean): readonly string[] {
    const uri = parseUri(identity?.uri ?? "");
    const address = uri === undefined ? undefined : addressIn(uri);
    return address !== undefined && isAccepted(hostOf(address)) ? [accountNameIn(address)] : [];
}
