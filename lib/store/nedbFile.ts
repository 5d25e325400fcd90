import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import nedb from "@seald-io/nedb";
import { StoreError } from "./StoreError.ts";

/** A NeDB file: a journal of JSON lines, held in memory as a whole. */
export type NedbFile = nedb.default;

// its types declare a default export; at run time the module itself is the class
const Datastore = nedb as unknown as typeof nedb.default;

/** Deleted and replaced records are cleared out of the file this often. */
const COMPACTION_MS = 3_600_000;

/**
 * Opens a file, making it if need be.
 * @throws StoreError if it cannot be read, written or understood
 */
export async function openNedbFile(filename: string, indexed: readonly string[]): Promise<NedbFile> {
    const file = new Datastore({ filename });
    try {
        await mustBeReadableAndWritable(filename);
        await file.loadDatabaseAsync();
        for (const fieldName of indexed) await file.ensureIndexAsync({ fieldName });
    } catch (reason) {
        throw new StoreError(filename, reason);
    }
    file.setAutocompactionInterval(COMPACTION_MS);
    return file;
}

/** Waits for what is still being written, and leaves the file without what was deleted or replaced. */
export async function closeNedbFile(file: NedbFile): Promise<void> {
    file.stopAutocompaction();
    await file.compactDatafileAsync();
}

/** NeDB reads through a stream whose errors nobody listens to: such a file would end the process. */
async function mustBeReadableAndWritable(filename: string): Promise<void> {
    await mkdir(dirname(filename), { recursive: true, mode: 0o700 });
    const handle = await open(filename, "a+", 0o600);
    await handle.close();
}
