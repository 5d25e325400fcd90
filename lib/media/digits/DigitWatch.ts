import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { Rtpengine } from "../Rtpengine.ts";
import { DigitReports, type DigitReportsParts } from "./DigitReports.ts";
import { testDigitReports } from "./testDigitReports.ts";

export interface DigitWatchParts extends DigitReportsParts {
    /** Prefix of the call-ids of this bridge at rtpengine. */
    readonly prefix: string;
    readonly clock: Clock;
    readonly log: Log;
}

/** Finds out which rtpengines report digits to this bridge: at the start, and when one answers again. */
export class DigitWatch {
    readonly reports: DigitReports;
    readonly #parts: DigitWatchParts;
    #stops: readonly (() => void)[] = [];

    constructor(parts: DigitWatchParts) {
        this.#parts = parts;
        this.reports = new DigitReports(parts);
    }

    /** Resolves once all of them have been tested. Never rejects. */
    async start(engines: readonly Rtpengine[]): Promise<void> {
        if (!(await this.reports.start())) {
            const { listen, log } = this.#parts;
            const hint = "set media.dtmfReports to a free UDP port of this machine";
            log.warn("DTMF reports of rtpengine not received", { ...listen, hint });
            return;
        }
        this.#stops = engines.map((engine) =>
            engine.watch((change) => {
                if (change === "back") void this.#test(engine);
            }),
        );
        await Promise.all(engines.filter(({ health }) => health !== "silent").map((engine) => this.#test(engine)));
    }

    stop(): void {
        for (const stop of this.#stops) stop();
        this.reports.stop();
    }

    async #test(engine: Rtpengine): Promise<void> {
        const { listen, log, ...rest } = this.#parts;
        engine.reportsDigits = await testDigitReports(engine, { ...rest, reports: this.reports });
        if (engine.reportsDigits) return;
        const hint = `set dtmf-log-dest = ${listen.host}:${listen.port} in rtpengine.conf`;
        log.warn("DTMF digits not reported by rtpengine", { rtpengine: engine.name, hint });
    }
}
