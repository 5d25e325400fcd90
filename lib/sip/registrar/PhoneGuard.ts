import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import { DigestGate, type GateRefusal } from "../DigestGate.ts";
import type { DigestAlgorithm } from "../digestResponse.ts";
import { parseNameAddress, parseUri } from "../sipHeaders.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
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
        const claimed = this.#claimedUser(request);
        if (claimed === undefined) return { kind: "notPhone" };
        const account = this.#accounts.get(claimed);
        if (sender === "peer" && account === undefined) return { kind: "notPhone" };
        const verdict = this.#gate.judge(request, claimed, (username) =>
            username === claimed ? account?.password : undefined,
        );
        // only an account's password is right
        if (verdict.kind === "accepted")
            return account === undefined ? { kind: "notPhone" } : { kind: "phone", account };
        if (verdict.why === "refused") {
            this.#options.log.warn("phone refused: wrong user name or password", { address: request.source.address });
        }
        return { ...verdict, why: `phone ${verdict.why}` };
    }

    /** The user part by which a request says whose it is (RFC 3261, section 10.2 for REGISTER), if that is one of ours. */
    #claimedUser({ method, headers }: IncomingRequest): string | undefined {
        const header = headers.get(method === "REGISTER" ? "to" : "from") ?? "";
        const uri = parseUri(parseNameAddress(header)?.uri ?? "");
        return uri?.host !== undefined && this.#options.hosts.has(uri.host) ? uri.user : undefined;
    }
}
