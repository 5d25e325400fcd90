import { appendFile, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Log } from "../ports/Log.ts";
import { makePrivateFolder } from "./makePrivateFolder.ts";

export interface RotatedFileOptions {
    /** `calls.jsonl`; the renamed files are `calls.1.jsonl` and so on, the newest first. */
    readonly path: string;
    readonly maxBytes: number;
    /** How many renamed files are kept. */
    readonly keepFiles: number;
    readonly log: Log;
}

/** Lines waiting for the disk; more are dropped, so that a full disk does not fill the memory. */
const MAX_WAITING = 10_000;

/** A file of lines that is renamed when it has grown large. Lines are written in order, in the background. */
export class RotatedFile {
    readonly #options: RotatedFileOptions;
    #waiting: string[] = [];
    #writing: Promise<void> | undefined;

    constructor(options: RotatedFileOptions) {
        this.#options = options;
    }

    /** Lines that earlier runs wrote, the oldest first: those of the file in use and of the one before. */
    async readLines(): Promise<readonly string[]> {
        const texts = await Promise.all(
            [this.#name(1), this.#name(0)].map((path) => readFile(path, "utf8").catch(() => "")),
        );
        return texts.flatMap((text) => text.split("\n").filter((line) => line !== ""));
    }

    /** Returns immediately. Lines are lost if the disk is full; the log says so. */
    append(line: string): void {
        if (this.#waiting.length >= MAX_WAITING) return;
        this.#waiting.push(line);
        this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
    }

    /** Resolves when everything is written or has failed. */
    async close(): Promise<void> {
        await this.#writing;
    }

    async #write(): Promise<void> {
        while (this.#waiting.length > 0) {
            const lines = this.#waiting.splice(0);
            try {
                makePrivateFolder(dirname(this.#options.path));
                await this.#rotate();
                await appendFile(this.#options.path, `${lines.join("\n")}\n`, { mode: 0o600 });
            } catch (error) {
                this.#options.log.warn("call records not written", {
                    lines: lines.length,
                    error,
                    hint: "check store.path",
                });
            }
        }
    }

    async #rotate(): Promise<void> {
        const size = await stat(this.#options.path).then(
            (found) => found.size,
            () => 0,
        );
        if (size < this.#options.maxBytes) return;
        const { keepFiles } = this.#options;
        await rm(this.#name(keepFiles), { force: true });
        for (let number = keepFiles - 1; number >= 0; number--) {
            await rename(this.#name(number), this.#name(number + 1)).catch(() => undefined);
        }
    }

    #name(number: number): string {
        return number === 0 ? this.#options.path : this.#options.path.replace(/(\.\w+)?$/, (end) => `.${number}${end}`);
    }
}
