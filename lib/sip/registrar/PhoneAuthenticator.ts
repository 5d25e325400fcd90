import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import { DigestAuthenticator, type AuthenticationFailure } from "../digest/DigestAuthenticator.ts";
import type { DigestAlgorithm } from "../digest/digestResponse.ts";
import { hostOf } from "../../numbering/SipAddress.ts";
import { isAnonymous } from "../identity/anonymousAddress.ts";
import type { OwnHosts } from "../identity/OwnHosts.ts";
import { accountNameIn } from "../identity/OwnIdentities.ts";
import { addressIn } from "../identity/partyOfUri.ts";
import { parseNameAddress, parseUri } from "../sipHeaders.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
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

/** Whether a request is a phone's. */
export type PhoneAuthentication =
    /** It does not claim to be. */
    | { readonly kind: "notPhone" }
    | { readonly kind: "phone"; readonly account: SipAccount }
    /** To be answered so. `why` is one of a few fixed words, for counting. */
    | { readonly kind: "answer"; readonly why: `phone ${AuthenticationFailure}`; readonly response: OutgoingResponse };

/** Lets the phones of accounts in, by digest. */
export class PhoneAuthenticator {
    readonly #options: PhoneAuthenticatorOptions;
    readonly #accounts: ReadonlyMap<string, SipAccount>;
    /** Of all accounts, as `accountNameIn` returns them. */
    readonly #names: ReadonlySet<string>;
    readonly #gate: DigestAuthenticator;

    constructor(options: PhoneAuthenticatorOptions) {
        this.#options = options;
        this.#accounts = new Map(options.accounts.map((account) => [account.username, account]));
        this.#names = new Set(options.accounts.map(({ username }) => username.toLowerCase()));
        this.#gate = new DigestAuthenticator(options);
    }

    /**
     * Judges a REGISTER or INVITE. A stranger who names anybody at our hosts is asked who they are; of a peer, who may
     * call anyway, only calls in the name of an account are.
     */
    authenticate(request: IncomingRequest, sender: "peer" | "unknown"): PhoneAuthentication {
        const claimed = this.#claimedNames(request);
        const [first] = claimed;
        if (first === undefined) return { kind: "notPhone" };
        const accountOf = (username: string): SipAccount | undefined =>
            claimed.includes(username.toLowerCase()) ? this.#accounts.get(username) : undefined;
        if (sender === "peer" && !claimed.some((name) => this.#names.has(name))) return { kind: "notPhone" };
        const verdict = this.#gate.authenticate(request, first, (username) => accountOf(username)?.password);
        if (verdict.kind === "accepted") {
            const account = accountOf(verdict.username);
            // only an account's password is right
            return account === undefined ? { kind: "notPhone" } : { kind: "phone", account };
        }
        if (verdict.why === "refused") {
            this.#options.log.warn("phone rejected: wrong user name or password", { address: request.source.address });
        }
        return { ...verdict, why: `phone ${verdict.why}` };
    }

    /**
     * The names of accounts, in canonical form, that a request may be sent for: those that its headers name at a host of the
     * bridge (To of a REGISTER: RFC 3261, section 10.2).
     */
    #claimedNames(request: IncomingRequest): readonly string[] {
        const { method, headers, source } = request;
        if (method === "REGISTER") return this.#namesIn(headers.get("to"));
        const from = parseNameAddress(headers.get("from") ?? "");
        if (from === undefined || !isAnonymous(from)) return this.#namesIn(headers.get("from"));
        // a phone that withholds its identity from the callee tells its proxy (RFC 3325, section 9.2), or has registered
        const preferred = this.#namesIn(headers.get("p-preferred-identity"));
        if (preferred.length > 0) return preferred;
        return this.#options.registrar.accountsAt(source).map((username) => username.toLowerCase());
    }

    #namesIn(header: string | undefined): readonly string[] {
        const uri = parseUri(parseNameAddress(header ?? "")?.uri ?? "");
        const address = uri === undefined ? undefined : addressIn(uri);
        return address !== undefined && this.#options.hosts.has(hostOf(address)) ? [accountNameIn(address)] : [];
    }
}
