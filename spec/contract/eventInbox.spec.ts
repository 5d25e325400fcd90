import { appendFileSync, mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { JournalInbox } from "../../lib/store/JournalInbox.ts";
import { MemoryInbox } from "../support/matrix/MemoryInbox.ts";
import { KeptLog } from "../support/quiet.ts";
import { describeEventInbox } from "./eventInbox.contract.ts";

const newFolder = (): string => mkdtempSync(join(tmpdir(), "inbox-"));

describeEventInbox("of the specs", () => {
    let last: MemoryInbox | undefined;
    return { open: () => (last = new MemoryInbox(last)) };
});

describeEventInbox("in a journal", () => {
    const folder = newFolder();
    return { open: () => JournalInbox.open(folder, new KeptLog()) };
});

it("skips lines that are not events, and logs a warning", async () => {
    const folder = newFolder();
    appendFileSync(
        join(folder, "events.journal"),
        'nonsense\n{"id":"$1","event":{"x":1}}\n{"other":1}\n{"id":"$2","ev',
    );
    const log = new KeptLog();
    const inbox = JournalInbox.open(folder, log);
    expect(inbox.load().unfinished).toEqual([{ x: 1 }]);
    expect(log.lines).toEqual(["warn: event journal corrupt: lines skipped"]);
    await inbox.close();
});

it("keeps its file small and readable by the owner only", async () => {
    const folder = newFolder();
    const inbox = JournalInbox.open(folder, new KeptLog());
    for (let n = 0; n < 25_000; n += 1) {
        void inbox.store([{ eventId: `$${n}`, event: { n } }]);
        if (n !== 7) inbox.finish(`$${n}`);
    }
    await inbox.close();
    const file = join(folder, "events.journal");
    expect(readFileSync(file, "utf8").split("\n").length).toBeLessThan(30_000);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { unfinished, finishedIds } = JournalInbox.open(folder, new KeptLog()).load();
    expect(unfinished).toEqual([{ n: 7 }]);
    expect(finishedIds).toHaveLength(10_000);
    expect(finishedIds).toContain("$24999");
});
