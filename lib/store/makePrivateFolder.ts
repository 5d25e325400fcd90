import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Only the owner can read the files of the store. */
const MODE = 0o700;

/**
 * Creates a folder and those above it, as far as they do not exist. `mkdir` of Node with `recursive` does the same, but never returns for
 * a path that cannot be created and whose parent exists, such as one below /proc.
 * @throws Error of the file system
 */
export function makePrivateFolder(path: string): void {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) return;
    if (found !== undefined) throw new Error(`${path} is not a directory`);
    const parent = dirname(path);
    if (parent !== path) makePrivateFolder(parent);
    try {
        mkdirSync(path, { mode: MODE });
    } catch (error) {
        // another process was faster
        if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
    }
}
