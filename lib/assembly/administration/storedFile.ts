import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { StoredText } from "../../admin/StoredText.ts";
import { makePrivateFolder } from "../../store/makePrivateFolder.ts";

/** Keeps a text in one file, which is replaced in one step. */
export function storedFile(path: string): StoredText {
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
            makePrivateFolder(dirname(path));
            await writeFile(`${path}.new`, text, { mode: 0o600 });
            await rename(`${path}.new`, path);
        },
    };
}
