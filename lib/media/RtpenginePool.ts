import type { Clock } from "../ports/Clock.ts";
import type { Rtpengine } from "./Rtpengine.ts";

export interface PoolParts {
    readonly engines: readonly Rtpengine[];
    readonly choice: "leastLoaded" | "roundRobin";
    readonly probeIntervalMs: number;
    readonly clock: Clock;
}

/** The engines calls are spread over. A call stays on the engine it began on. */
export class RtpenginePool {
    readonly engines: readonly Rtpengine[];
    readonly #parts: PoolParts;
    #turn = 0;
    #stopProbing: () => void = () => undefined;

    constructor(parts: PoolParts) {
        this.engines = parts.engines;
        this.#parts = parts;
    }

    /** Begins to ask every engine, now and at intervals, whether it is there. Resolves once each answered or was given up. */
    async start(): Promise<void> {
        this.#stopProbing = this.#parts.clock.startTimer(this.#parts.probeIntervalMs, () => void this.start());
        await Promise.all(this.engines.map((engine) => engine.probe()));
    }

    /** The engine for a new call: one that answers and was not `tried` yet, a full one only if all are; undefined if there is none. */
    pick(tried: ReadonlySet<Rtpengine> = new Set()): Rtpengine | undefined {
        const present = this.#inTurn().filter((engine) => engine.health !== "silent" && !tried.has(engine));
        const free = present.filter((engine) => engine.health === "answering");
        const usable = free.length > 0 ? free : present;
        if (this.#parts.choice === "roundRobin") return usable[0];
        return usable.reduce<Rtpengine | undefined>(
            (best, engine) => (best === undefined || engine.calls < best.calls ? engine : best),
            undefined,
        );
    }

    /** Whether all engines report DTMF digits to this bridge. */
    get reportsDigits(): boolean {
        return this.engines.every((engine) => engine.reportsDigits);
    }

    /** Ends the probes and gives up every request under way. */
    stop(): void {
        this.#stopProbing();
        for (const engine of this.engines) engine.close();
    }

    /** All engines, another one first each time. */
    #inTurn(): readonly Rtpengine[] {
        const first = this.#turn % this.engines.length;
        this.#turn = first + 1;
        return [...this.engines.slice(first), ...this.engines.slice(0, first)];
    }
}
