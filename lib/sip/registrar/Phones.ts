import type { MatrixUserId } from "../../numbering/MatrixUserId.ts";
import type { RemoteParty } from "../../numbering/RemoteParty.ts";
import { parseSipAddress } from "../../numbering/SipAddress.ts";
import type { PhoneTarget } from "../../ports/CallIntake.ts";
import type { IncomingRequest, OutgoingResponse } from "../SipStack.ts";
import { wayTo } from "./composePhoneInvite.ts";
import type { PhoneGuard, PhoneVerdict } from "./PhoneGuard.ts";
import type { Registrar } from "./Registrar.ts";
import { type PhoneRoute, routePhoneCall, type PhoneRouting } from "./routePhoneCall.ts";
import type { SipAccount } from "./SipAccount.ts";

export interface PhonesParts {
    readonly accounts: readonly SipAccount[];
    readonly realm: string;
    readonly guard: PhoneGuard;
    readonly registrar: Registrar;
    readonly routing: Omit<PhoneRouting, "accountOf">;
}

/** The phones that belong to Matrix users, as the gateway needs them. */
export class Phones {
    readonly #parts: PhonesParts;
    readonly #byName: ReadonlyMap<string, SipAccount>;
    readonly #byUser: ReadonlyMap<MatrixUserId, readonly SipAccount[]>;

    constructor(parts: PhonesParts) {
        this.#parts = parts;
        this.#byName = new Map(parts.accounts.map((account) => [account.username, account]));
        this.#byUser = Map.groupBy(parts.accounts, ({ user }) => user);
    }

    /** Whether a new request is a phone's; only REGISTER and INVITE are looked at. */
    judge(request: IncomingRequest, sender: "peer" | "stranger"): PhoneVerdict {
        const isPhones = request.method === "REGISTER" || request.method === "INVITE";
        return isPhones ? this.#parts.guard.judge(request, sender) : { kind: "notPhone" };
    }

    /** Carries out a REGISTER that was let in; never rejects. */
    register(account: SipAccount, request: IncomingRequest): Promise<OutgoingResponse> {
        return this.#parts.registrar.register(account.username, request);
    }

    /** Where a phone's call goes. */
    routeOf(callees: readonly RemoteParty[], caller: SipAccount): PhoneRoute {
        const accountOf = (username: string): SipAccount | undefined => this.#byName.get(username);
        return routePhoneCall(callees, caller, { ...this.#parts.routing, accountOf });
    }

    /** How a phone's call is shown in Matrix: by a ghost of its own. */
    callerOf({ username, displayName }: SipAccount): RemoteParty {
        const address = parseSipAddress(`${username}@${this.#parts.realm}`);
        if (address === undefined) return { kind: "anonymous" };
        return { kind: "address", address, ...(displayName !== undefined && { displayName }) };
    }

    /** Every phone of a user that is registered now, but for those of the account that calls. */
    targetsFor(user: MatrixUserId, caller: RemoteParty, calling?: SipAccount): readonly PhoneTarget[] {
        const accounts = (this.#byUser.get(user) ?? []).filter((account) => account !== calling);
        return accounts.flatMap(({ username, media }) =>
            this.#parts.registrar.contactsOf(username).map((contact) => ({
                network: "phone" as const,
                media,
                account: username,
                ...wayTo(contact),
                caller,
            })),
        );
    }
}
