import type { Clock } from "../../ports/Clock.ts";
import type { ContactStore, PhoneContact } from "../../ports/ContactStore.ts";
import type { Log } from "../../ports/Log.ts";
import type { IncomingRequest, OutgoingResponse, SipSource } from "../SipStack.ts";
import type { PhoneTarget } from "../../ports/CallTarget.ts";
import { isByConnection, addressingOf } from "./composePhoneInvite.ts";
import { bind, type BindingLimits, readRegister, type RegisterRequest, registered } from "./bindings.ts";
import type { ContactPolicy } from "./ContactPolicy.ts";

export interface RegistrarParts {
    readonly store: ContactStore;
    readonly clock: Clock;
    readonly log: Log;
    readonly limits: BindingLimits;
    /** Where the SIP server sends to a Contact whatever is sent there; left out, it does not. */
    readonly contactPolicy?: ContactPolicy;
}

/** Knows where each account's phones are (RFC 3261, section 10.3). Who asks has been authenticated before. */
export class Registrar {
    readonly #parts: RegistrarParts;
    #contacts = new Map<string, readonly PhoneContact[]>();

    constructor(parts: RegistrarParts) {
        this.#parts = parts;
    }

    /** Takes up what an earlier run knew of these accounts. Rejects if the store does. */
    async load(accounts: readonly string[]): Promise<void> {
        const kept = await this.#parts.store.load();
        this.#contacts = new Map(accounts.map((account) => [account, kept.get(account) ?? []]));
    }

    /** Where the phones of an account are now. */
    contactsOf(account: string): readonly PhoneContact[] {
        const now = this.#parts.clock.now();
        return (this.#contacts.get(account) ?? []).filter(({ expiresAt }) => expiresAt > now);
    }

    /** The accounts of the phones that registered from there: by that connection, or UDP address and port. */
    accountsAt({ protocol, address, port }: SipSource): readonly string[] {
        const isThere = ({ path, source }: PhoneContact): boolean =>
            // by way of a proxy, it is the proxy that is there
            path.length === 0 && source.protocol === protocol && source.address === address && source.port === port;
        return [...this.#contacts.keys()].filter((account) => this.contactsOf(account).some(isThere));
    }

    /**
     * Carries out a REGISTER of an account; resolves to the answer once it is kept. Never rejects.
     * @param sender `trusted` for a proxy whose Path is accepted
     */
    async register(
        account: string,
        request: Pick<IncomingRequest, "headers" | "source">,
        sender: "trusted" | "untrusted",
    ): Promise<OutgoingResponse> {
        const { clock, limits, log } = this.#parts;
        const order = readRegister(request, sender);
        if ("kind" in order) return this.#refuse(account, order.response);
        if (!this.#isOwn(account, order)) return this.#refuse(account, { status: 403, reason: "Contact Not Trusted" });
        const before = this.contactsOf(account);
        const verdict = bind(before, order, clock.now(), limits);
        if (verdict.kind === "refused") return this.#refuse(account, verdict.response);
        const { contacts } = verdict;
        if (contacts.length !== before.length)
            log.info("phone registrations changed", { account, contacts: contacts.length });
        await this.#keep(account, contacts);
        return registered(contacts, order, clock.now());
    }

    /**
     * Removes a contact whose connection is closed although its registration has not expired: a browser page that was closed
     * without unregistering. The phone is called again once it has registered again. No effect on any other contact.
     */
    forget({ account, contact: uri, nextHop }: Pick<PhoneTarget, "account" | "contact" | "nextHop">): void {
        const before = this.contactsOf(account);
        const isGone = (contact: PhoneContact): boolean =>
            contact.uri === uri && isByConnection(contact) && addressingOf(contact).nextHop === nextHop;
        const contacts = before.filter((contact) => !isGone(contact));
        if (contacts.length < before.length) void this.#keep(account, contacts);
    }

    /** One that is to be removed counts as well: that changes where the SIP server sends what is sent to it. */
    #isOwn(account: string, order: RegisterRequest): boolean {
        const { contactPolicy } = this.#parts;
        if (contactPolicy === undefined || order.contacts === "all") return true;
        const names = [...this.#contacts.keys()].filter((name) => name !== account);
        const others = names.flatMap((name) => this.contactsOf(name));
        return order.contacts.every(({ uri }) => contactPolicy.isOwn(uri, order, others));
    }

    /** Removes every contact of an account, which does not tell the phones. Never rejects. */
    async drop(account: string): Promise<void> {
        if (this.contactsOf(account).length > 0) await this.#keep(account, []);
    }

    /** Never rejects. */
    async #keep(account: string, contacts: readonly PhoneContact[]): Promise<void> {
        this.#contacts.set(account, contacts);
        try {
            await this.#parts.store.save(account, contacts);
        } catch (error) {
            // it can be called all the same, until the bridge is restarted
            this.#parts.log.error("failed to store phone registration", { account, error });
        }
    }

    #refuse(account: string, response: OutgoingResponse): OutgoingResponse {
        this.#parts.log.info("REGISTER rejected", { account, status: response.status, reason: response.reason });
        return response;
    }
}
