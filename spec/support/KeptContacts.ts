import type { ContactStore, PhoneContact } from "../../lib/ports/ContactStore.ts";

/** Registered phones, remembered for as long as the spec holds on to this. */
export class KeptContacts implements ContactStore {
    readonly #contacts = new Map<string, readonly PhoneContact[]>();

    load(): Promise<ReadonlyMap<string, readonly PhoneContact[]>> {
        return Promise.resolve(new Map(this.#contacts));
    }

    save(account: string, contacts: readonly PhoneContact[]): Promise<void> {
        if (contacts.length === 0) this.#contacts.delete(account);
        else this.#contacts.set(account, contacts);
        return Promise.resolve();
    }

    close(): Promise<void> {
        return Promise.resolve();
    }
}
