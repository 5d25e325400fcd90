import { join } from "node:path";
import { z } from "zod";
import type { Log } from "../ports/Log.ts";
import type { ContactStore, PhoneContact } from "../ports/ContactStore.ts";
import { closeNedbFile, openNedbFile, type NedbFile } from "./nedbFile.ts";

/** One entry per account. Entries of another shape are ignored, because the file may have been edited by hand. */
const entry = z.object({
    account: z.string(),
    contacts: z.array(
        z.object({
            uri: z.string(),
            callId: z.string(),
            sequence: z.number(),
            expiresAt: z.number(),
            path: z.array(z.string()),
            source: z.object({ protocol: z.string(), address: z.string(), port: z.number() }),
        }),
    ),
});

/** Each registration adds a line to the file, and phones can register as often as they want. */
const COMPACT_AFTER_SAVES = 1_000;

/** The registered phones in a NeDB file, `contacts.db`. */
export class NedbContacts implements ContactStore {
    readonly #file: NedbFile;
    #saves = 0;

    private constructor(file: NedbFile) {
        this.#file = file;
    }

    /**
     * Opens the file in `folder`, making it if need be. Unreadable entries are logged and left out: those
     * phones come back by themselves, which is no reason to be without the others until then.
     * @throws StoreError if it cannot be read or written
     */
    static async open(folder: string, log: Log): Promise<NedbContacts> {
        const filename = join(folder, "contacts.db");
        const file = await openNedbFile(filename, ["account"], ({ unreadable, lines }) =>
            log.warn("registered phones lost: file corrupt", {
                filename,
                unreadable,
                lines,
            }),
        );
        return new NedbContacts(file);
    }

    async load(): Promise<ReadonlyMap<string, readonly PhoneContact[]>> {
        const found: readonly unknown[] = await this.#file.findAsync({});
        const entries = found
            .map((each) => entry.safeParse(each))
            .flatMap(({ data }) => (data === undefined ? [] : data));
        return new Map(entries.map(({ account, contacts }) => [account, contacts]));
    }

    async save(account: string, contacts: readonly PhoneContact[]): Promise<void> {
        if (contacts.length === 0) await this.#file.removeAsync({ account }, { multi: true });
        else await this.#file.updateAsync({ account }, { account, contacts }, { upsert: true });
        this.#saves += 1;
        if (this.#saves % COMPACT_AFTER_SAVES === 0) await this.#file.compactDatafileAsync();
    }

    async close(): Promise<void> {
        await closeNedbFile(this.#file);
    }
}
