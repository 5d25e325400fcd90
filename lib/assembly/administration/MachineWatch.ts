import { X509Certificate } from "node:crypto";
import { readFileSync, statfsSync } from "node:fs";
import type { PartReading } from "../../admin/supervision/Supervision.ts";
import type { Clock } from "../../ports/Clock.ts";

export interface MachineWatchParts {
    /** File of the certificate for TLS listeners, if there are any. */
    readonly certificate: string | undefined;
    readonly storePath: string;
    readonly clock: Clock;
    /** Free bytes on the disk of a directory; of the system if left out. Throws an error of the system. */
    readonly freeBytes?: (directory: string) => number;
}

const DAY_MS = 86_400_000;
/** As `check-config --live` warns: authorities that give out certificates by machine renew them a month ahead. */
const SOON_DAYS = 14;
const LEAST_FREE_BYTES = 200_000_000;
/** How long a reading counts, in ms. */
const READING_MS = 60_000;

/** Reads what runs out slowly: the certificate, and the space for call records. */
export class MachineWatch {
    readonly #parts: MachineWatchParts;
    #readAt = Number.NEGATIVE_INFINITY;
    #readings: readonly PartReading[] = [];

    constructor(parts: MachineWatchParts) {
        this.#parts = parts;
    }

    /** Never throws. */
    read(): readonly PartReading[] {
        const now = this.#parts.clock.monotonic();
        if (now - this.#readAt < READING_MS) return this.#readings;
        this.#readAt = now;
        const { certificate } = this.#parts;
        this.#readings = [this.#store(), ...(certificate === undefined ? [] : [this.#certificate(certificate)])];
        return this.#readings;
    }

    #certificate(file: string): PartReading {
        const part = { name: "certificate", kind: "certificate" } as const;
        try {
            const { validToDate } = new X509Certificate(readFileSync(file));
            const daysLeft = Math.floor((validToDate.getTime() - this.#parts.clock.now()) / DAY_MS);
            const day = validToDate.toISOString().slice(0, 10);
            if (daysLeft < 0) return { ...part, state: "down", reason: `it expired on ${day}; replace the files` };
            if (daysLeft >= SOON_DAYS) return { ...part, state: "up" };
            return { ...part, state: "degraded", reason: `it expires on ${day}; replace the files` };
        } catch {
            return { ...part, state: "degraded", reason: `cannot read ${file}; check the path and its permissions` };
        }
    }

    #store(): PartReading {
        const part = { name: "store", kind: "store" } as const;
        const { storePath, freeBytes = freeBytesOf } = this.#parts;
        try {
            const free = freeBytes(storePath);
            if (free >= LEAST_FREE_BYTES) return { ...part, state: "up" };
            const megabytes = Math.floor(free / 1_000_000);
            return { ...part, state: "degraded", reason: `only ${megabytes} MB are free in ${storePath}; free space` };
        } catch {
            return { ...part, state: "degraded", reason: `cannot read ${storePath}; check the disk` };
        }
    }
}

function freeBytesOf(directory: string): number {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
}
