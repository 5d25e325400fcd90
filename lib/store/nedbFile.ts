import { open, readFile, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import nedb from "@seald-io/nedb";
import { StoreError } from "./StoreError.ts";
import { makePrivateFolder } from "./makePrivateFolder.ts";

/** A NeDB file: a journal of JSON lines, held in memory as a whole. */
export type NedbFile = nedb.default;

// its types declare a default export; at run time the module itself is the class
const Datastore = nedb as unknown as typeof nedb.default;

/** The files contain who calls whom. */
const FILE_MODE = 0o600;
const MODES = { modes: { fileMode: FILE_MODE, dirMode: 0o700 } };

/** How often deleted and replaced records are removed from the file, in ms. */
const COMPACTION_MS = 3_600_000;

/** Number of unreadable lines and of all lines. */
export interface Corruption {
    readonly unreadable: number;
    readonly lines: number;
}

/**
 * Opens a file and creates it if it does not exist. An incomplete last line is dropped: its write was never confirmed.
 * Only the owner can read the file, also after a compaction.
 * @param onCorrupt called with the number of unreadable lines, which are skipped. Without it, more than a tenth of
 * unreadable lines is an error
 * @throws StoreError if it cannot be read, written or parsed
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

/** Waits for pending writes and compacts the file. */
export async function closeNedbFile(file: NedbFile): Promise<void> {
    file.stopAutocompaction();
    await file.compactDatafileAsync();
}

/** NeDB reads through a stream without an error listener: an unreadable file would end the process. */
async function mustBeReadableAndWritable(filename: string): Promise<void> {
    makePrivateFolder(dirname(filename));
    const handle = await open(filename, "a+", FILE_MODE);
    // also for a file of an earlier version
    await handle.chmod(FILE_MODE);
    await handle.close();
}

async function loaded(filename: string, onCorrupt: ((corruption: Corruption) => void) | undefined): Promise<NedbFile> {
    if (onCorrupt === undefined) return load(new Datastore({ filename, ...MODES }));
    try {
        return await load(new Datastore({ filename, corruptAlertThreshold: 0, ...MODES }));
    } catch (reason) {
        const corruption = corruptionIn(reason);
        if (corruption === undefined) throw reason;
        onCorrupt(corruption);
        return load(new Datastore({ filename, corruptAlertThreshold: 1, ...MODES }));
    }
}

async function load(file: NedbFile): Promise<NedbFile> {
    await file.loadDatabaseAsync();
    return file;
}

/** Removes a record that a crash or a power failure left incomplete. Other invalid text is left for the operator. */
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

/** Reads the numbers from NeDB's error. */
function corruptionIn(reason: unknown): Corruption | undefined {
    if (!(reason instanceof Error) || !("corruptItems" in reason) || !("dataLength" in reason)) return undefined;
    return { unreadable: Number(reason.corruptItems), lines: Number(reason.dataLength) };
}

function explained(reason: unknown): unknown {
    const corruption = corruptionIn(reason);
    if (corruption === undefined) return reason;
    const { unreadable, lines } = corruption;
    return `${unreadable} of its ${lines} lines cannot be read. Remove those, or restore a copy of the file`;
}
