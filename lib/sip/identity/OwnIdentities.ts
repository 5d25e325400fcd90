import { parseMatrixUserId, serverOf } from "../../numbering/MatrixUserId.ts";
import { parsePhoneNumber, type PhoneNumber, recognisableDigitsOf } from "../../numbering/PhoneNumber.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { canonicalHost, hostOf, parseSipAddress, type SipAddress, userOf } from "../../numbering/SipAddress.ts";
import type { OwnHosts } from "./OwnHosts.ts";
import { unescapeUser } from "./partyOfUri.ts";

/** Why a sender cannot appear as the caller it names; for logs and metrics. */
export type WithheldBecause = "account" | "own_host" | "mapped_number";

/** What becomes of the caller that a sender names. */
export type ScreenedCaller =
    | { readonly kind: "shown"; readonly caller: RemoteParty }
    | { readonly kind: "withheld"; readonly because: WithheldBecause };

/** Decides whether a sender can appear as a caller; called once for each identity in a request. */
export type ScreenCaller = (named: RemoteParty) => ScreenedCaller;

export interface OwnIdentitiesParts {
    /** Hosts of the bridge, of its realm and of the homeserver. */
    readonly hosts: Pick<OwnHosts, "has">;
    /** User names of the accounts, lower case. */
    readonly accounts: ReadonlySet<string>;
    /** The numbers that reach Matrix users. */
    readonly numbers: Iterable<PhoneNumber>;
    /** Whether a number reaches a Matrix user of its own by a pattern or range. */
    readonly isInRange?: (number: PhoneNumber) => boolean;
}

/**
 * The identities that belong to the bridge and its users. A sender that has not authenticated as one of them must not appear
 * as it in Matrix. Built once; everything is compared in canonical form.
 */
export class OwnIdentities {
    readonly #hosts: Pick<OwnHosts, "has">;
    readonly #accounts: ReadonlySet<string>;
    readonly #digits: ReadonlySet<string>;
    readonly #isInRange: (number: PhoneNumber) => boolean;

    constructor({ hosts, accounts, numbers, isInRange }: OwnIdentitiesParts) {
        this.#hosts = hosts;
        this.#accounts = accounts;
        this.#isInRange = isInRange ?? (() => false);
        this.#digits = new Set([...numbers].flatMap((number) => [...recognisableDigitsOf(number)]));
    }

    /**
     * For callers named by a peer or trunk that authenticated as itself, by address or password. A trusted one may assert
     * numbers and users of the bridge, as a PBX of the same office does, but not an account: that takes the account's password.
     * @param at the host, in canonical form, that the request came from: a PBX on the same machine names its users there
     */
    screen(named: RemoteParty, sender: "trusted" | "untrusted", at: string): ScreenedCaller {
        const owner = this.#ownerOf(named, at);
        if (owner === "account" || (owner !== undefined && sender === "untrusted")) {
            return { kind: "withheld", because: owner };
        }
        return { kind: "shown", caller: sender === "trusted" ? named : this.#withoutOwnName(named) };
    }

    #ownerOf(named: RemoteParty, at: string): WithheldBecause | undefined {
        switch (named.kind) {
            case "anonymous":
                return undefined;
            case "number":
                return this.#isOwnNumber(named.number) || this.#isInRange(named.number) ? "mapped_number" : undefined;
            case "address":
                return this.#ownerOfAddress(named.address, at);
        }
    }

    #ownerOfAddress(address: SipAddress, at: string): WithheldBecause | undefined {
        const [user, host] = [accountNameIn(address), hostOf(address)];
        if (this.#hosts.has(host) && this.#accounts.has(user)) return "account";
        if (this.#hosts.has(host) && host !== at) return "own_host";
        // a number that cannot be read for what stands around it is recognised by people all the same
        return this.#isOwnNumber(user) ? "mapped_number" : undefined;
    }

    #isOwnNumber(text: string): boolean {
        const digits = text
            .normalize("NFKC")
            .replace(/[\s().\-/+]/gu, "")
            .replace(/^(?:011|0+)/, "");
        return digits !== "" && this.#digits.has(digits);
    }

    /** A display name that is an identity of the bridge's users would be shown in the place of the sender's own. */
    #withoutOwnName(named: RemoteParty): RemoteParty {
        if (named.kind === "anonymous" || named.displayName === undefined) return named;
        const { displayName, ...nameless } = named;
        return this.#isOwnText(displayName) ? nameless : named;
    }

    #isOwnText(text: string): boolean {
        const number = parsePhoneNumber(text);
        if (number !== undefined) return this.#isOwnNumber(number);
        const user = parseMatrixUserId(text.trim());
        const server = user === undefined ? undefined : canonicalHost(serverOf(user).replace(/:[0-9]+$/, ""));
        const address = parseSipAddress(text);
        const host = server ?? (address === undefined ? undefined : hostOf(address));
        return host !== undefined && this.#hosts.has(host);
    }
}

/**
 * The account that an address names, if there is one of that name: in lower case, without escapes and without parameters
 * of the user part (RFC 3261, section 19.1.6), because people do not tell such spellings apart.
 */
export function accountNameIn(address: SipAddress): string {
    const [name = ""] = unescapeUser(userOf(address)).split(/[;,:]/);
    return name.normalize("NFKC").toLowerCase();
}
