import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import { DigestGate, type GateRefusal } from "../digest/DigestGate.ts";
import type { DigestAlgorithm } from "../digest/digestResponse.ts";
import { isAnonymous } from "../identity/anonymousAddress.ts";
import { parseNameAddress, parseUri } from "../sipHeaders.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import type { Registrar } from "./Registrar.ts";
import type { SipAccount } from "./SipAccount.ts";

export interface PhoneGuardOptions {
    readonly accounts: readonly SipAccount[];
    readonly realm: string;
    /** Hosts by which phones name us in From and To, the realm included; lower case. */
    readonly hosts: ReadonlySet<string>;
    /** Best first. */
    readonly algorithms: readonly DigestAlgorithm[];
    readonly registrar: Pick<Registrar, "accountsAt">;
    readonly clock: Clock;
    readonly log: Log;
}

/** Whether a request is a phone's. */
export type PhoneVerdict =
    /** It does not claim to be. */
    | { readonly kind: "notPhone" }
    | { readonly kind: "phone"; readonly account: SipAccount }
    /** To be answered so. `why` is one of a few fixed words, for counting. */
    | { readonly kind: "answer"; readonly why: `phone ${GateRefusal}`; readonly response: OutgoingResponse };

/** Lets the phones of accounts in, by digest. */
export class PhoneGuard {
    readonly #options: PhoneGuardOptions;
    readonly #accounts: ReadonlyMap<string, SipAccount>;
    readonly #gate: DigestGate;

    constructor(options: PhoneGuardOptions) {
        this.#options = options;
        this.#accounts = new Map(options.accounts.map((account) => [account.username, account]));
        this.#gate = new DigestGate(options);
    }

    /**
     * Judges a REGISTER or INVITE. A stranger who names anybody at our hosts is asked who they are; of a peer, who may
     * call anyway, only calls in the name of an account are.
     */
    judge(request: IncomingRequest, sender: "peer" | "stranger"): PhoneVerdict {
        const claimed = this.#claimedUsers(request);
        const [first] = claimed;
        if (first === undefined) return { kind: "notPhone" };
        const accountOf = (username: string): SipAccount | undefined =>
            claimed.includes(username) ? this.#accounts.get(username) : undefined;
        if (sender === "peer" && !claimed.some(accountOf)) return { kind: "notPhone" };
        const verdict = this.#gate.judge(request, first, (username) => accountOf(username)?.password);
        if (verdict.kind === "accepted") {
            const account = accountOf(verdict.username);
            // only an account's password is right
            return account === undefined ? { kind: "notPhone" } : { kind: "phone", account };
        }
        if (verdict.why === "refused") {
            this.#options.log.warn("phone refused: wrong user name or password", { address: request.source.address });
        }
        return { ...verdict, why: `phone ${verdict.why}` };
    }

    /** The user parts by which a request says whose it may be (RFC 3261, section 10.2 for REGISTER), if they are ours. */
    #claimedUsers(request: IncomingRequest): readonly string[] {
        const { method, headers, source } = request;
        if (method === "REGISTER") return this.#userIn(headers.get("to"));
        const from = parseNameAddress(headers.get("from") ?? "");
        if (from === undefined || !isAnonymous(from)) return this.#userIn(headers.get("from"));
        // whose name is withheld from the callee says it to us, its proxy (RFC 3325, section 9.2), or has registered
        const preferred = this.#userIn(headers.get("p-preferred-identity"));
        return preferred.length > 0 ? preferred : this.#options.registrar.accountsAt(source);
    }

    #userIn(header: string | undefined): readonly string[] {
        const { user, host } = parseUri(parseNameAddress(header ?? "")?.uri ?? "") ?? {};
        return user !== undefined && host !== undefined && this.#options.hosts.has(host) ? [user] : [];
    }
}
