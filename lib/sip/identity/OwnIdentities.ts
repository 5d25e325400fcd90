import type { DialPlan } from "../../numbering/DialPlan.ts";
import { foldSeenText } from "../../numbering/foldTypedText.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { hostOf, type SipAddress, userOf } from "../../numbering/SipAddress.ts";
import { hostsIn, numbersIn } from "./identitiesInText.ts";
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
    /** The numbers that reach Matrix users, also those that a command mapped while the bridge runs. */
    readonly dialPlan: Pick<DialPlan, "ownNumbers">;
}

/**
 * The identities that belong to the bridge and its users. A sender that has not authenticated as one of them must not appear
 * as it in Matrix. Everything is compared in canonical form.
 */
export class OwnIdentities {
    readonly #hosts: Pick<OwnHosts, "has">;
    readonly #accounts: ReadonlySet<string>;
    readonly #dialPlan: Pick<DialPlan, "ownNumbers">;

    constructor({ hosts, accounts, dialPlan }: OwnIdentitiesParts) {
        this.#hosts = hosts;
        this.#accounts = accounts;
        this.#dialPlan = dialPlan;
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
                return this.#dialPlan.ownNumbers().has(named.number) ? "mapped_number" : undefined;
            case "address":
                return this.#ownerOfAddress(named.address, at);
        }
    }

    #ownerOfAddress(address: SipAddress, at: string): WithheldBecause | undefined {
        const [user, host] = [accountNameIn(address), hostOf(address)];
        if (this.#hosts.has(host) && this.#accounts.has(user)) return "account";
        if (this.#hosts.has(host) && host !== at) return "own_host";
        // a user part that cannot be read for what stands around a number or address is recognised by people all the same
        return this.#ownerOfText(unescapeUser(userOf(address)));
    }

    /** Whose identity a text is or contains, as people read it. */
    #ownerOfText(text: string): WithheldBecause | undefined {
        const own = this.#dialPlan.ownNumbers();
        if ([text, ...numbersIn(text)].some((number) => own.isSpelledBy(number))) return "mapped_number";
        return hostsIn(text).some((host) => this.#hosts.has(host)) ? "own_host" : undefined;
    }

    /** A display name that is an identity of the bridge's users would be shown in the place of the sender's own. */
    #withoutOwnName(named: RemoteParty): RemoteParty {
        if (named.kind === "anonymous" || named.displayName === undefined) return named;
        const { displayName, ...nameless } = named;
        const isOwn = [displayName, unescapeUser(displayName)].some((text) => this.#ownerOfText(text) !== undefined);
        return isOwn ? nameless : named;
    }
}

/**
 * The account that an address names, if there is one of that name: in lower case, without escapes and without parameters
 * of the user part (RFC 3261, section 19.1.6), because people do not tell such spellings apart.
 */
export function accountNameIn(address: SipAddress): string {
    const [name = ""] = unescapeUser(userOf(address)).split(/[;,:]/);
    return foldSeenText(name).toLowerCase();
}
