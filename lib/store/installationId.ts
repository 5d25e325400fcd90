import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StoreError } from "./StoreError.ts";
import { makePrivateFolder } from "./makePrivateFolder.ts";

const FILE_NAME = "installation-id";
/** Only the owner can read it. */
const MODE = 0o600;

/**
 * The name of this installation: eight random hexadecimal digits, created at the first start and the same from then on. Bridges
 * that share an rtpengine tell their sessions apart by it.
 * @throws StoreError if the file cannot be read or created
 */
export async function installationId(directory: string): Promise<string> {
    const path = join(directory, FILE_NAME);
    try {
        makePrivateFolder(directory);
        return (await existingId(path)) ?? (await createId(path));
    } catch (reason) {
        throw reason instanceof StoreError ? reason : new StoreError(path, reason);
    }
}

async function existingId(path: string): Promise<string | undefined> {
    const text = await readFile(path, "utf8").catch((reason: unknown) => {
        if (reason instanceof Error && "code" in reason && reason.code === "ENOENT") return undefined;
        throw reason;
    });
    if (text === undefined) return undefined;
    const id = text.trim();
    if (/^[0-9a-f]{8}$/.test(id)) return id;
    throw new StoreError(path, "not an installation ID; delete the file");
}

async function createId(path: string): Promise<string> {
    const id = randomBytes(4).toString("hex");
    await writeFile(path, `${id}\n`, { flag: "wx", mode: MODE });
    return id;
}
