import type { Dialog } from "./Dialog.ts";

/** All dialogs, early ones too, by the three parts of their identity and by the id applications know. */
export class DialogTable {
    readonly #byKey = new Map<string, Dialog>();
    readonly #byId = new Map<string, Dialog[]>();

    get size(): number {
        return this.#byKey.size;
    }

    [Symbol.iterator](): Iterator<Dialog> {
        return [...this.#byKey.values()][Symbol.iterator]();
    }

    add(dialog: Dialog): void {
        this.#byKey.set(keyOf(dialog.callId, dialog.localTag, dialog.remoteTag), dialog);
        this.#byId.set(dialog.id, [...this.withId(dialog.id), dialog]);
    }

    find(callId: string, localTag: string, remoteTag: string): Dialog | undefined {
        return this.#byKey.get(keyOf(callId, localTag, remoteTag));
    }

    /** The dialogs of one id: more than one only while forks of an INVITE ring. Oldest first. */
    withId(id: string): readonly Dialog[] {
        return this.#byId.get(id) ?? [];
    }

    /** True if it was the last of its id. */
    remove(dialog: Dialog): boolean {
        this.#byKey.delete(keyOf(dialog.callId, dialog.localTag, dialog.remoteTag));
        const others = this.withId(dialog.id).filter((other) => other !== dialog);
        if (others.length > 0) this.#byId.set(dialog.id, others);
        else this.#byId.delete(dialog.id);
        return others.length === 0;
    }
}

/** Some devices write blanks into a Call-ID. No header value has a line end, so that keeps the parts apart. */
function keyOf(callId: string, localTag: string, remoteTag: string): string {
    return `${callId}\n${localTag}\n${remoteTag}`;
}
