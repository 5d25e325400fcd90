import { unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StoreError } from "./StoreError.ts";

/** More than the records of one call. */
const PROBE_BYTES = 8 * 1024;

/**
 * Writes and removes a small file in a folder.
 * @throws StoreError if that fails, for example because the disk is full or mounted read-only
 */
export async function verifyWritable(folder: string): Promise<void> {
    const filename = join(folder, `.probe-${process.pid}`);
    try {
        // flush: some file systems report a full disk only then
        await writeFile(filename, Buffer.alloc(PROBE_BYTES), { mode: 0o600, flush: true });
    } catch (error) {
        throw new StoreError(folder, error);
    } finally {
        await unlink(filename).catch(() => undefined);
    }
}
