import type { Clock } from "../../ports/Clock.ts";
import type { PartKind, PartStatus } from "../Administration.ts";

/** The state of one part as it is read now. */
export interface PartReading {
    readonly name: string;
    readonly kind: PartKind;
    readonly state: PartStatus["state"];
    readonly reason?: string;
}

export interface SupervisionParts {
    /** Reads the state of every part. Synchronous and cheap; must not throw. */
    readonly read: () => readonly PartReading[];
    readonly clock: Clock;
    /** Called for each part whose state is another than before. Not called for the first reading of a part that is up. */
    readonly onChanged: (part: PartStatus) => void;
}

/** How often the parts are read, in ms. */
const INTERVAL_MS = 2_000;

/** Knows since when each part is in its state and how often it failed, and reports changes. */
export class Supervision {
    readonly #parts: SupervisionParts;
    readonly #known = new Map<string, PartStatus>();
    #state: "running" | "stopped" = "running";
    #stopTimer = (): void => undefined;

    constructor(parts: SupervisionParts) {
        this.#parts = parts;
    }

    /** Reads the parts now and at intervals. */
    start(): void {
        this.refresh();
        this.#stopTimer = this.#parts.clock.startTimer(INTERVAL_MS, () => this.start());
    }

    stop(): void {
        this.#state = "stopped";
        this.#stopTimer();
    }

    /** The state of every part now. */
    status(): readonly PartStatus[] {
        this.refresh();
        return [...this.#known.values()];
    }

    /** Reads the parts now. Has no effect after `stop`: parts that are stopped have not failed. */
    refresh(): void {
        if (this.#state === "stopped") return;
        const readings = this.#parts.read();
        const names = new Set(readings.map(({ name }) => name));
        for (const name of this.#known.keys()) if (!names.has(name)) this.#known.delete(name);
        for (const reading of readings) {
            const before = this.#known.get(reading.name);
            const isSame = before?.state === reading.state;
            const begins = reading.state !== "up" && (before === undefined || before.state === "up");
            const part = {
                ...reading,
                since: isSame ? before.since : this.#parts.clock.now(),
                outages: (before?.outages ?? 0) + (begins ? 1 : 0),
            };
            this.#known.set(reading.name, part);
            if (!isSame && (before !== undefined || reading.state !== "up")) this.#parts.onChanged(part);
        }
    }
}
