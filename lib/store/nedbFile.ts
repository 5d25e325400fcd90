import { mkdir, open, readFile, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import nedb from "@seald-io/nedb";
import { StoreError } from "./StoreError.ts";

/** A NeDB file: a journal of JSON lines, held in memory as a whole. */
export type NedbFile = nedb.default;

// its types declare a default export; at run time the module itself is the class
const Datastore = nedb as unknown as typeof nedb.default;

/** Deleted and replaced records are cleared out of the file this often. */
const COMPACTION_MS = 3_600_000;

/** Lines that are no records, and how many lines there are. */
export interface Corruption {
    readonly unreadable: number;
    readonly lines: number;
}

/**
 * Opens a file, making it if need be. A last line that was not written to its end is dropped: nobody was told that it is
 * kept.
 * @param onCorrupt told of lines that cannot be read, and opened without them; left out, more than a tenth is an error
 * @throws StoreError if it cannot be read, written or understood
 */
export async function openNedbFile(
    filename: string,
    indexed: readonly string[],
    onCorrupt?: (corruption: Corruption) => void,
): Promise<NedbFile> {
    try {
        await mustBeReadableAndWritable(filename);
        await dropUnfinishedLine(filename);
        const file = await loaded(filename, onCorrupt);
        for (const fieldName of indexed) await file.ensureIndexAsync({ fieldName });
        file.setAutocompactionInterval(COMPACTION_MS);
        return file;
    } catch (reason) {
        throw new StoreError(filename, explained(reason));
    }
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

async function loaded(filename: string, onCorrupt: ((corruption: Corruption) => void) | undefined): Promise<NedbFile> {
    if (onCorrupt === undefined) return load(new Datastore({ filename }));
    try {
        return await load(new Datastore({ filename, corruptAlertThreshold: 0 }));
    } catch (reason) {
        const corruption = corruptionIn(reason);
        if (corruption === undefined) throw reason;
        onCorrupt(corruption);
        return load(new Datastore({ filename, corruptAlertThreshold: 1 }));
    }
}

async function load(file: NedbFile): Promise<NedbFile> {
    await file.loadDatabaseAsync();
    return file;
}

/** A record that a lost process, or a lost power supply, left half. What is no record at all is left for the operator. */
async function dropUnfinishedLine(filename: string): Promise<void> {
    const content = await readFile(filename);
    const whole = content.lastIndexOf("\n") + 1;
    const last = content.subarray(whole).toString();
    if (last.startsWith("{") && !isJson(last)) await truncate(filename, whole);
}

function isJson(text: string): boolean {
    try {
        JSON.parse(text);
        return true;
    } catch {
        return false;
    }
}

/** By the properties of NeDB's error that say so. */
function corruptionIn(reason: unknown): Corruption | undefined {
    if (!(reason instanceof Error) || !("corruptItems" in reason) || !("dataLength" in reason)) return undefined;
    return { unreadable: Number(reason.corruptItems), lines: Number(reason.dataLength) };
}

function explained(reason: unknown): unknown {
    const corruption = corruptionIn(reason);
    if (corruption === undefined) return reason;
    const { unreadable, lines } = corruption;
    return `it is corrupt: ${unreadable} of its ${lines} lines cannot be read. Remove those, or put a copy in its place`;
}
