import {
    closeSync,
    fdatasync,
    fstatSync,
    fsyncSync,
    ftruncateSync,
    openSync,
    readFileSync,
    renameSync,
    truncateSync,
    writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { StoreError } from "./StoreError.ts";
import { makePrivateFolder } from "./makePrivateFolder.ts";

interface Waiting {
    readonly resolve: () => void;
    readonly reject: (reason: unknown) => void;
}

/** Lines are written in blocks of this many while the file is rewritten, so that nothing else waits for long. */
const REWRITE_BLOCK = 500;

/**
 * An append-only file of JSON lines. `append` hands each line to the operating system before it returns, so that it
 * survives a crash of the process. A line that must survive a power failure too is waited for with `synchronised`: callers
 * that wait while the disk is busy share its next synchronisation (group commit).
 *
 * It is a file of its own and not a NeDB file because NeDB neither writes synchronously nor waits for the disk.
 */
export class JournalFile {
    readonly #filename: string;
    #fd: number;
    #lines: number;
    /** Callers that wait for the next synchronisation. */
    #waiting: Waiting[] = [];
    #disk: "idle" | "synchronising" = "idle";
    #rewrite: { readonly fd: number } | undefined;
    #compacting: Promise<void> | undefined;
    #closed: Promise<void> | undefined;

    private constructor(filename: string, fd: number, lines: number) {
        this.#filename = filename;
        this.#fd = fd;
        this.#lines = lines;
    }

    /**
     * Opens the file, creating it if it does not exist, and returns the values of its lines in order. A last line that was
     * not written to its end is removed: no one was promised that it is kept. Other lines that are not JSON are counted.
     * @throws StoreError if it cannot be read or written
     */
    static open(filename: string): {
        readonly file: JournalFile;
        readonly values: readonly unknown[];
        readonly unreadable: number;
    } {
        try {
            makePrivateFolder(dirname(filename));
            const fd = openSync(filename, "a+", 0o600);
            const { values, lines, unreadable } = readLines(filename);
            return { file: new JournalFile(filename, fd, lines), values, unreadable };
        } catch (reason) {
            throw new StoreError(filename, reason);
        }
    }

    /** Number of lines in the file. */
    get lines(): number {
        return this.#lines;
    }

    /** Throws the system's error if the disk is full, and an error if the file is closed. */
    append(value: unknown): void {
        if (this.#closed !== undefined) throw new Error(`${this.#filename} is closed`);
        const line = `${JSON.stringify(value)}\n`;
        writeFully(this.#fd, line);
        // whichever of the two files is there after a crash has the line
        if (this.#rewrite !== undefined) writeFully(this.#rewrite.fd, line);
        this.#lines += 1;
    }

    /** Resolves when all lines appended so far are on the disk. Rejects if the disk fails, or the file is closed. */
    synchronised(): Promise<void> {
        if (this.#closed !== undefined) return Promise.reject(new Error(`${this.#filename} is closed`));
        return this.#nextSynchronisation();
    }

    /**
     * Begins to replace the contents by these values, and the lines appended meanwhile, unless that is under way. `values` is
     * read little by little: what it yields must be as new as the lines appended until then, and later lines must replace
     * earlier ones for the reader. If it fails, the file stays as it is, and `onFailure` receives the system's error.
     */
    compact(values: () => Iterable<unknown>, onFailure: (error: unknown) => void): void {
        if (this.#closed !== undefined) return;
        this.#compacting ??= this.#replace(values)
            .catch(onFailure)
            .finally(() => {
                this.#compacting = undefined;
            });
    }

    async #replace(values: () => Iterable<unknown>): Promise<void> {
        const draft = `${this.#filename}.new`;
        const fd = openSync(draft, "w", 0o600);
        this.#rewrite = { fd };
        let lines = 0;
        const before = this.#lines;
        try {
            for (const block of blocksOf(values())) {
                writeFully(fd, block.map((value) => `${JSON.stringify(value)}\n`).join(""));
                lines += block.length;
                await new Promise<void>((resolve) => setImmediate(resolve));
            }
            fsyncSync(fd);
            renameSync(draft, this.#filename);
        } catch (reason) {
            this.#rewrite = undefined;
            closeSync(fd);
            throw reason;
        }
        const old = this.#fd;
        this.#fd = fd;
        this.#rewrite = undefined;
        this.#lines = lines + this.#lines - before;
        synchroniseFolder(dirname(this.#filename));
        // a synchronisation of the old file may be under way: it is closed once that has ended
        const close = (): void => closeSync(old);
        if (this.#disk === "idle") close();
        else this.#nextSynchronisation().then(close, close);
    }

    /** Waits for `compact` and the disk, and closes the file. Safe to call twice. */
    close(): Promise<void> {
        if (this.#compacting !== undefined) return this.#compacting.then(() => this.close());
        const close = (): void => closeSync(this.#fd);
        this.#closed ??= this.#nextSynchronisation().then(close, close);
        return this.#closed;
    }

    #nextSynchronisation(): Promise<void> {
        const synchronised = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
        this.#synchronise();
        return synchronised;
    }

    #synchronise(): void {
        if (this.#disk === "synchronising" || this.#waiting.length === 0) return;
        const waiting = this.#waiting.splice(0);
        this.#disk = "synchronising";
        fdatasync(this.#fd, (error) => {
            this.#disk = "idle";
            for (const { resolve, reject } of waiting) {
                if (error === null) resolve();
                else reject(error);
            }
            this.#synchronise();
        });
    }
}

/**
 * `writeSync` can write less than it was given, as when a disk is nearly full. What was written of lines that do not fit is
 * removed, because the next line would become a part of it.
 */
function writeFully(fd: number, text: string): void {
    const bytes = Buffer.from(text);
    let written = 0;
    try {
        while (written < bytes.length) written += writeSync(fd, bytes.subarray(written));
    } catch (reason) {
        if (written > 0) ftruncateSync(fd, fstatSync(fd).size - written);
        throw reason;
    }
}

function* blocksOf(values: Iterable<unknown>): Generator<readonly unknown[]> {
    let block: unknown[] = [];
    for (const value of values) {
        block.push(value);
        if (block.length < REWRITE_BLOCK) continue;
        yield block;
        block = [];
    }
    yield block;
}

function readLines(filename: string): { values: readonly unknown[]; lines: number; unreadable: number } {
    const content = readFileSync(filename);
    const whole = content.lastIndexOf("\n") + 1;
    if (whole < content.length) truncateSync(filename, whole);
    const lines = content.subarray(0, whole).toString().split("\n").slice(0, -1);
    const values: unknown[] = [];
    let unreadable = 0;
    for (const line of lines) {
        try {
            values.push(JSON.parse(line) as unknown);
        } catch {
            unreadable += 1;
        }
    }
    return { values, lines: lines.length, unreadable };
}

/** Makes the new name of a file survive a power failure. */
function synchroniseFolder(folder: string): void {
    const fd = openSync(folder, "r");
    try {
        fsyncSync(fd);
    } finally {
        closeSync(fd);
    }
}
