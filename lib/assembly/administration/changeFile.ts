import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { ChangeFile } from "../../admin/changes/Changes.ts";

/** Keeps changes in one JSON file, which is replaced in one step. */
export function changeFile(path: string): ChangeFile {
    return {
        read: async () => {
            try {
                return await readFile(path, "utf8");
            } catch (error) {
                if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
                throw error;
            }
        },
        write: async (text) => {
            await mkdir(dirname(path), { recursive: true, mode: 0o700 });
            await writeFile(`${path}.new`, text, { mode: 0o600 });
            await rename(`${path}.new`, path);
        },
    };
}
