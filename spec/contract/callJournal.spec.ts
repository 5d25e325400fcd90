import { appendFileSync, mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { JournalCalls } from "../../lib/store/JournalCalls.ts";
import { journaled } from "../support/journaled.ts";
import { MemoryJournal } from "../support/MemoryJournal.ts";
import { KeptLog } from "../support/quiet.ts";
import { aConnectedCall, describeCallJournal } from "./callJournal.contract.ts";

const newFolder = (): string => mkdtempSync(join(tmpdir(), "calls-"));

describeCallJournal("of the specs", () => {
    let last: MemoryJournal | undefined;
    return { open: () => (last = new MemoryJournal(last)) };
});

describeCallJournal("in a file", () => {
    const folder = newFolder();
    return { open: () => JournalCalls.open(folder, new KeptLog()) };
});

it("skips lines that are no records of this version, and logs a warning", async () => {
    const folder = newFolder();
    const call = JSON.stringify(aConnectedCall("one"));
    appendFileSync(
        join(folder, "calls.journal"),
        `nonsense\n{"v":1,"call":${call}}\n{"v":9,"call":${call}}\n{"v":1,"call":{"callId":"x"}}\n{"v":1,"ca`,
    );
    const log = new KeptLog();
    const journal = JournalCalls.open(folder, log);
    expect(journal.adopt()).toEqual([aConnectedCall("one")]);
    expect(log.lines).toEqual(["warn: call journal: lines skipped"]);
    await journal.close();
});

it("does not keep the records of past calls in its file, which only the owner can read", async () => {
    const folder = newFolder();
    const journal = JournalCalls.open(folder, new KeptLog());
    for (let n = 0; n < 200; n += 1) {
        const call = aConnectedCall(`call${n}`);
        journal.write(journaled(call));
        await journal.synchronised();
        if (n !== 7) journal.remove(call.callId);
    }
    journal.remove(aConnectedCall("call7").callId);
    await journal.close();
    const file = join(folder, "calls.journal");
    expect(readFileSync(file, "utf8")).not.toContain("call42");
    expect(statSync(file).mode & 0o777).toBe(0o600);
});
