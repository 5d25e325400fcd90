import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JournalMessages } from "../../lib/store/JournalMessages.ts";
import { FakeClock } from "../support/FakeClock.ts";
import { MemoryMessages } from "../support/message/MemoryMessages.ts";
import { KeptLog } from "../support/quiet.ts";
import { describeMessageStore } from "./messageStore.contract.ts";

describeMessageStore("in memory", () => new MemoryMessages());
describeMessageStore("in a journal", () =>
    JournalMessages.open(
        mkdtempSync(join(tmpdir(), "messages-")),
        { keepMs: 60_000, maxFinished: 100 },
        new FakeClock(),
        new KeptLog(),
    ),
);
