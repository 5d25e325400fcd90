import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MessageState } from "../../lib/message/MessageState.ts";
import type { MessageStore } from "../../lib/ports/MessageStore.ts";
import { aMessage } from "../support/message/messages.ts";

const queued: MessageState = { phase: "queued", attempts: 0, partsSent: 0, wait: { kind: "turn" } };

/** What every message store does. `open` gives an empty one. */
export function describeMessageStore(name: string, open: () => MessageStore): void {
    describe(`the message store ${name}`, () => {
        let store: MessageStore;

        beforeEach(() => {
            store = open();
        });

        afterEach(async () => {
            await store.close();
        });

        it("is empty at first", () => {
            expect([...store.records()]).toEqual([]);
            expect(store.get(aMessage("one").id)).toBeUndefined();
        });

        it("returns a record as soon as it is saved, and as it is now", async () => {
            const message = aMessage("one");
            const saved = store.save({ message, state: queued });
            expect(store.get(message.id)).toEqual({ message, state: queued });
            await saved;
            const sending = { phase: "sending", attempts: 1, partsSent: 0 } as const;
            await store.save({ message, state: sending });
            expect(store.get(message.id)).toEqual({ message, state: sending });
        });

        it("returns the records in the order in which they were added, whatever changed since", async () => {
            for (const id of ["one", "two", "three"]) await store.save({ message: aMessage(id), state: queued });
            await store.save({ message: aMessage("one"), state: { phase: "sending", attempts: 1, partsSent: 0 } });
            expect([...store.records()].map(({ message }) => message.id)).toEqual(["one", "two", "three"]);
        });

        it("drops the content of a message that has been sent", async () => {
            const message = aMessage("secret");
            await store.save({ message, state: queued });
            await store.save({ message, state: { phase: "sent", reference: "r" } });
            expect(store.get(message.id)?.message.content).toEqual({ kind: "dropped" });
        });

        it("finds a message by the identifier it has in the recipient's network, for its direction only", async () => {
            await store.save({ message: aMessage("out"), state: { phase: "sent", reference: "r" } });
            const delivered = { phase: "delivered", reference: "$r", owed: ["delivery"] } as const;
            await store.save({ message: aMessage("in", "inbound"), state: delivered });
            expect(store.withReference("outbound", "r")?.message.id).toBe("out");
            expect(store.withReference("inbound", "$r")?.message.id).toBe("in");
            expect(store.withReference("inbound", "r")).toBeUndefined();
        });
    });
}
