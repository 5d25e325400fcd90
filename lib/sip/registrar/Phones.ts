import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { hostOf, parseSipAddress, userOf } from "../../numbering/SipAddress.ts";
import type { PhoneContact } from "../../ports/ContactStore.ts";
import type { PhoneTarget } from "../../ports/CallTarget.ts";
import type { PhoneBook } from "../../ports/PhoneBook.ts";
import { type AssertParty, assertToPhone } from "../identity/assertedParty.ts";
import { userAddress } from "../identity/userAddress.ts";
import type { IncomingRequest, OutgoingResponse, SipSource } from "../SipStack.ts";
import { rightsOfPhone } from "../transfer/rightsOfPeer.ts";
import type { TransferRights } from "../transfer/TransferRights.ts";
import { addressingOf } from "./composePhoneInvite.ts";
import type { PhoneAuthenticator, PhoneAuthentication } from "./PhoneAuthenticator.ts";
import type { Registrar } from "./Registrar.ts";
import { type PhoneRoute, routePhoneCall, type PhoneRouting } from "./routePhoneCall.ts";
import type { SipAccount } from "./SipAccount.ts";

export interface PhonesParts {
    readonly accounts: readonly SipAccount[];
    readonly realm: string;
    readonly authenticator: PhoneAuthenticator;
    readonly registrar: Registrar;
    readonly routing: Omit<PhoneRouting, "accountOf" | "homeHost">;
}

/** The phones that belong to Matrix users, as the gateway and callers in Matrix need them. */
export class Phones implements PhoneBook {
    readonly #parts: PhonesParts;
    readonly #byName: ReadonlyMap<string, SipAccount>;
    readonly #byUser: ReadonlyMap<MatrixUserId, readonly SipAccount[]>;

    constructor(parts: PhonesParts) {
        this.#parts = parts;
        this.#byName = new Map(parts.accounts.map((account) => [account.username, account]));
        this.#byUser = Map.groupBy(parts.accounts, ({ user }) => user);
    }

    /** Whether a request of a method that requires a password is a phone's. */
    authenticate(request: IncomingRequest, sender: "peer" | "unknown"): PhoneAuthentication {
        return this.#parts.authenticator.authenticate(request, sender);
    }

    /** The account of a phone that registered from this source, which authenticated there; for requests without effect. */
    accountAt(source: SipSource): SipAccount | undefined {
        const [username] = this.#parts.registrar.accountsAt(source);
        return username === undefined ? undefined : this.#byName.get(username);
    }

    /** Carries out a REGISTER that was let in; never rejects. */
    register(
        account: SipAccount,
        request: IncomingRequest,
        sender: "trusted" | "untrusted",
    ): Promise<OutgoingResponse> {
        return this.#parts.registrar.register(account.username, request, sender);
    }

    /** Where the phones of an account are registered now. */
    contactsOf(account: string): readonly PhoneContact[] {
        return this.#parts.registrar.contactsOf(account);
    }

    /** Removes every registration of an account, on behalf of an operator. Never rejects. */
    drop(account: string): Promise<void> {
        return this.#parts.registrar.drop(account);
    }

    /** How many phones are registered now. */
    get registered(): number {
        const counts = this.#parts.accounts.map(({ username }) => this.contactsOf(username).length);
        return counts.reduce((total, count) => total + count, 0);
    }

    /** A phone could not be reached: if it was called by a connection, that is closed, and it is where it was no more. */
    forget(target: PhoneTarget): void {
        this.#parts.registrar.forget(target);
    }

    /**
     * Where a phone's call goes.
     * @param homeHost the host in the phone's From
     */
    routeOf(callees: readonly RemoteParty[], caller: SipAccount, homeHost: string | undefined): PhoneRoute {
        const accountOf = (username: string): SipAccount | undefined => this.#byName.get(username);
        return routePhoneCall(callees, caller, { ...this.#parts.routing, accountOf, homeHost });
    }

    /**
     * What the phones of an account may do with their calls; undefined if there is no such account.
     * @param phone the IP address of the phone in the call, and the host by which it names the bridge
     */
    rightsOf(
        username: string,
        phone: { readonly address: string | undefined; readonly host?: string | undefined },
    ): TransferRights | undefined {
        const { registrar, realm } = this.#parts;
        const account = this.#byName.get(username);
        const isFrom = (source: SipSource): boolean =>
            source.address === phone.address || registrar.accountsAt(source).includes(username);
        return account && rightsOfPhone(account, { isFrom, realm, address: phone.address, phoneHost: phone.host });
    }

    /** How the other party of a call is shown to phones. */
    get assert(): AssertParty {
        return assertToPhone(this.#parts.realm);
    }

    /** How a phone's call is shown in Matrix: by a ghost of its own. */
    callerOf({ username, displayName }: SipAccount): RemoteParty {
        const address = parseSipAddress(`${username}@${this.#parts.realm}`);
        if (address === undefined) return { kind: "anonymous" };
        return { kind: "address", address, ...(displayName !== undefined && { displayName }) };
    }

    /** Every phone of a user that is registered now, but for those of the account that calls. */
    targetsFor(user: MatrixUserId, caller: RemoteParty, calling?: SipAccount): readonly PhoneTarget[] {
        return this.#reach(
            (this.#byUser.get(user) ?? []).filter((account) => account !== calling),
            caller,
        );
    }

    /** The phones of an account that are registered now, to be written to by this party. */
    phonesOf(account: string, caller: RemoteParty): readonly PhoneTarget[] {
        const found = this.#byName.get(account);
        return found === undefined ? [] : this.#reach([found], caller);
    }

    phonesMeantBy(dialled: RemoteParty, caller: MatrixUserId, callerName?: string): readonly PhoneTarget[] | undefined {
        const accounts = this.#accountsMeantBy(dialled);
        return accounts && this.#reach(accounts, userAddress(caller, callerName));
    }

    ownerOf(dialled: RemoteParty): MatrixUserId | undefined {
        return this.#accountAt(dialled)?.user;
    }

    #accountAt(dialled: RemoteParty): SipAccount | undefined {
        const isHere = dialled.kind === "address" && this.#parts.routing.hosts.has(hostOf(dialled.address));
        return isHere ? this.#byName.get(userOf(dialled.address)) : undefined;
    }

    #accountsMeantBy(dialled: RemoteParty): readonly SipAccount[] | undefined {
        const account = this.#accountAt(dialled);
        if (account !== undefined) return [account];
        const user = this.#parts.routing.dialPlan.calleeOf(dialled);
        return user === undefined ? undefined : this.#byUser.get(user);
    }

    #reach(accounts: readonly SipAccount[], caller: RemoteParty): readonly PhoneTarget[] {
        return accounts.flatMap(({ username, media, dtmf, video }) =>
            this.#parts.registrar.contactsOf(username).map((contact) => ({
                network: "phone" as const,
                media,
                ...(video !== undefined && { video }),
                account: username,
                ...(dtmf !== undefined && { dtmf }),
                ...addressingOf(contact),
                caller,
            })),
        );
    }
}
