import { appendFile, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock } from "../ports/Clock.ts";
import type { Log } from "../ports/Log.ts";
import { makePrivateFolder } from "./makePrivateFolder.ts";

export interface RotatedFileOptions {
    /** `calls.jsonl`; the renamed files are `calls.1.jsonl` and so on, the newest first. */
    readonly path: string;
    readonly maxBytes: number;
    /** How many renamed files are kept. */
    readonly keepFiles: number;
    readonly clock: Clock;
    readonly log: Log;
}

/** How long lines are gathered for one write, in ms. A process that is killed loses them. */
const GATHER_MS = 1_000;

/** Lines waiting for the disk; more are dropped, so that a full disk does not fill the memory. */
const MAX_WAITING = 10_000;

/**
 * A file of lines that is renamed when it has grown large. Lines are written in order, in the background, and those of one
 * second together: a write of its own costs more than what a call record does otherwise.
 */
export class RotatedFile {
    readonly #options: RotatedFileOptions;
    #waiting: string[] = [];
    #cancelTimer: (() => void) | undefined;
    #writing: Promise<void> = Promise.resolve();

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
        this.#cancelTimer ??= this.#options.clock.startTimer(GATHER_MS, () => this.#flush());
    }

    /** Writes what waits. Resolves when everything is written or has failed. */
    async close(): Promise<void> {
        this.#cancelTimer?.();
        this.#flush();
        await this.#writing;
    }

    #flush(): void {
        this.#cancelTimer = undefined;
        this.#writing = this.#writing.then(() => this.#write());
    }

    /** Never rejects. */
    async #write(): Promise<void> {
        if (this.#waiting.length === 0) return;
        const lines = this.#waiting.splice(0);
        try {
            makePrivateFolder(dirname(this.#options.path));
            await this.#rotate();
            await appendFile(this.#options.path, `${lines.join("\n")}\n`, { mode: 0o600 });
        } catch (error) {
            const hint = "check store.path";
            this.#options.log.warn("call records not written", { lines: lines.length, error, hint });
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
