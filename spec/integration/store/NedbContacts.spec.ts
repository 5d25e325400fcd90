import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { PhoneContact } from "../../../lib/ports/ContactStore.ts";
import { NedbContacts } from "../../../lib/store/NedbContacts.ts";
import { KeptLog } from "../../support/quiet.ts";

const contact: PhoneContact = {
    uri: "sip:desk@192.0.2.7:5062;transport=tcp",
    callId: "c1",
    sequence: 7,
    expiresAt: 1_700_000_000_000,
    path: ["sip:edge.example;lr"],
    source: { protocol: "tcp", address: "192.0.2.7", port: 40_000 },
};

let folder: string;
let store: NedbContacts;
let log: KeptLog;

async function reopen(): Promise<void> {
    await store.close();
    store = await NedbContacts.open(folder, log);
}

beforeEach(async () => {
    log = new KeptLog();
    folder = mkdtempSync(join(tmpdir(), "contacts-spec-"));
    store = await NedbContacts.open(folder, log);
});
afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
});

it("loads the last saved contacts after a restart", async () => {
    await store.save("desk", [contact]);
    await store.save("desk", [contact, { ...contact, uri: "sip:other@192.0.2.8" }]);
    await store.save("hall", [contact]);
    await reopen();
    const kept = await store.load();
    expect(kept.get("desk")?.map(({ uri }) => uri)).toEqual([contact.uri, "sip:other@192.0.2.8"]);
    expect(kept.get("hall")).toEqual([contact]);
});

it("removes an account that has no contacts", async () => {
    await store.save("desk", [contact]);
    await store.save("desk", []);
    await reopen();
    expect((await store.load()).size).toBe(0);
});

it("skips entries that are not contacts", async () => {
    await store.save("desk", [contact]);
    await store.close();
    appendFileSync(join(folder, "contacts.db"), '{"account":"hall","contacts":[{"uri":7}],"_id":"x"}\n');
    store = await NedbContacts.open(folder, log);
    expect([...(await store.load()).keys()]).toEqual(["desk"]);
});

it("drops an incomplete last line without a warning", async () => {
    await store.save("desk", [contact]);
    await store.close();
    appendFileSync(join(folder, "contacts.db"), '{"account":"hall","conta');
    store = await NedbContacts.open(folder, log);
    await store.save("attic", [contact]);
    await reopen();
    expect([...(await store.load()).keys()].sort()).toEqual(["attic", "desk"]);
    expect(log.lines).toEqual([]);
});

it.each([
    ["something else altogether", () => "this is\nno store\n", []],
    ["bad next to good", (good: string) => `${good}{bad}\n`.repeat(3), ["desk"]],
])("loads without %s, and logs a warning", async (_, corrupt, kept) => {
    await store.save("desk", [contact]);
    await store.close();
    const filename = join(folder, "contacts.db");
    writeFileSync(filename, corrupt(readFileSync(filename, "utf8")));
    store = await NedbContacts.open(folder, log);
    expect([...(await store.load()).keys()]).toEqual(kept);
    expect(log.lines).toEqual([expect.stringContaining("registered phones lost")]);
    await store.save("hall", [contact]);
    await reopen();
    expect([...(await store.load()).keys()].sort()).toEqual([...kept, "hall"]);
});

it("compacts the file of a phone that registers often", async () => {
    for (let times = 0; times < 1_005; times++) await store.save("desk", [{ ...contact, sequence: times }]);
    // the last few, and the rest as one, with an index or two
    expect(readFileSync(join(folder, "contacts.db"), "utf8").split("\n").length).toBeLessThan(15);
    expect((await store.load()).get("desk")?.[0]?.sequence).toBe(1_004);
});
