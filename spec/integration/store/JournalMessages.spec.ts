import { appendFileSync, mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { MessageState } from "../../../lib/message/MessageState.ts";
import { JournalMessages } from "../../../lib/store/JournalMessages.ts";
import { FakeClock } from "../../support/FakeClock.ts";
import { aMessage } from "../../support/message/messages.ts";
import { KeptLog } from "../../support/quiet.ts";

const queued: MessageState = { phase: "queued", attempts: 0, partsSent: 0, wait: { kind: "turn" } };
const sent = (reference: string): MessageState => ({ phase: "sent", reference });

describe("JournalMessages", () => {
    let folder: string;
    let clock: FakeClock;
    let log: KeptLog;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "messages-"));
        clock = new FakeClock();
        log = new KeptLog();
    });

    const open = (maxFinished = 100): JournalMessages =>
        JournalMessages.open(folder, { keepMs: 60_000, maxFinished }, clock, log);
    const ids = (store: JournalMessages): string[] => [...store.records()].map(({ message }) => message.id);

    it("returns after a restart what was saved before it, without being closed", () => {
        const before = open();
        const message = aMessage("one", "inbound", {
            receipts: ["delivery", "display"],
            origin: {
                network: "sip",
                from: { kind: "account", name: "alice-desk" },
                sipCallId: "abc",
                imdn: { messageId: "m", dateTime: "2026-11-29T12:00:00Z", from: "<sip:a@b>", to: "<sip:c@d>" },
            },
        });
        void before.save({ message, state: queued });
        void before.save({ message: aMessage("two"), state: sent("r2") });
        const after = open();
        expect(after.get(message.id)).toEqual({ message, state: queued });
        expect(after.withReference("outbound", "r2")?.message.id).toBe("two");
    });

    it("drops a last line that a crash left unfinished, and goes on after it", async () => {
        const before = open();
        await before.save({ message: aMessage("one"), state: queued });
        await before.close();
        appendFileSync(join(folder, "messages.journal"), '{"message":{"id":"tw');
        const after = open();
        await after.save({ message: aMessage("three"), state: queued });
        await after.close();
        expect(ids(open())).toEqual(["one", "three"]);
        expect(log.lines).toEqual([]);
    });

    it("logs lines that it cannot read, and keeps the others", async () => {
        const before = open();
        await before.save({ message: aMessage("one"), state: queued });
        await before.close();
        appendFileSync(join(folder, "messages.journal"), 'not JSON\n{"message":{"id":7}}\n');
        expect(ids(open())).toEqual(["one"]);
        expect(log.lines).toEqual(["warn: messages lost: journal is corrupt"]);
    });

    it("forgets finished messages by age and number, and keeps those that wait", async () => {
        const store = open(2);
        await store.save({ message: aMessage("waits"), state: queued });
        for (const id of ["a", "b", "c"]) await store.save({ message: aMessage(id), state: sent(id) });
        expect(ids(store)).toEqual(["waits", "b", "c"]);
        expect(store.withReference("outbound", "a")).toBeUndefined();
        clock.advance(61_000);
        await store.save({ message: aMessage("d", "outbound", { acceptedAt: clock.now() }), state: sent("d") });
        expect(ids(store)).toEqual(["waits", "d"]);
        await store.close();
        expect(ids(open(2))).toEqual(["waits", "d"]);
    });

    it("does not grow with the number of messages that have passed", async () => {
        const store = open(50);
        const size = (): number => statSync(join(folder, "messages.journal")).size;
        let largest = 0;
        for (let n = 0; n < 30_000; n += 1) {
            const message = aMessage(`m${n}`, "outbound", { acceptedAt: clock.now() });
            const saved = [store.save({ message, state: queued }), store.save({ message, state: sent(`r${n}`) })];
            if (n % 500 === 0) {
                await Promise.all(saved);
                largest = Math.max(largest, size());
            }
        }
        await store.close();
        expect(largest).toBeLessThan(10 * 1024 * 1024);
        expect(ids(open(50)).at(-1)).toBe("m29999");
    });

    it("loses nothing that is saved while it is rewritten, and keeps the order", async () => {
        const store = open(10);
        // replaced lines beyond the limit start a rewrite, which takes several turns for this many records
        for (let n = 0; n < 3_000; n += 1) void store.save({ message: aMessage(`m${n}`), state: queued });
        for (let n = 0; n < 30_000; n += 1) {
            void store.save({ message: aMessage("m0"), state: { phase: "sending", attempts: n, partsSent: 0 } });
        }
        for (let n = 3_000; n < 3_100; n += 1) {
            void store.save({ message: aMessage(`m${n}`), state: queued });
            await new Promise((resolve) => setImmediate(resolve));
        }
        await store.close();
        const after = open(10);
        expect(ids(after)).toEqual(Array.from({ length: 3_100 }, (_, n) => `m${n}`));
        expect(after.get(aMessage("m0").id)?.state).toMatchObject({ attempts: 29_999 });
        expect(readFileSync(join(folder, "messages.journal"), "utf8").split("\n").length).toBeLessThan(15_000);
    });
});
