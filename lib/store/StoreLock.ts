import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreError } from "./StoreError.ts";
import { makePrivateFolder } from "./makePrivateFolder.ts";

/** SQLITE_BUSY: another process has the lock. */
const BUSY = 5;

/**
 * The right of one bridge to use a store directory. Two bridges would overwrite each other's records. The lock is one of the
 * operating system, taken by SQLite on the file `bridge.lock`, so it ends with the process, however that ends.
 */
export class StoreLock {
    readonly #file: DatabaseSync;

    private constructor(file: DatabaseSync) {
        this.#file = file;
    }

    /**
     * Called at startup before any file of the store is opened.
     * @throws StoreError if another bridge uses the directory, or if it cannot be written
     */
    static acquire(folder: string): StoreLock {
        const filename = join(folder, "bridge.lock");
        try {
            makePrivateFolder(folder);
            createPrivately(filename);
            const file = new DatabaseSync(filename);
            file.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;");
            return new StoreLock(file);
        } catch (error) {
            throw new StoreError(folder, isBusy(error) ? "another bridge uses it. Stop that one first" : error);
        }
    }

    /** Called when every file of the store is closed. */
    release(): void {
        this.#file.close();
    }
}

/** Does not open an existing file: closing it would end a lock that this process has on it (POSIX fcntl). */
function createPrivately(filename: string): void {
    if (!existsSync(filename)) closeSync(openSync(filename, "a", 0o600));
}

function isBusy(error: unknown): boolean {
    return error instanceof Error && "errcode" in error && error.errcode === BUSY;
}
