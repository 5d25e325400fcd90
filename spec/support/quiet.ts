import type { Log, LogFields } from "../../lib/ports/Log.ts";
import type { Telemetry } from "../../lib/ports/Telemetry.ts";

/** A log that keeps what it is told from `warn` upwards, for specs that ask whether something was amiss. */
export class KeptLog implements Log {
    readonly lines: string[];

    constructor(lines: string[] = []) {
        this.lines = lines;
    }

    debug(_message: string, _fields?: LogFields): void {
        // of no interest here
    }

    info(_message: string, _fields?: LogFields): void {
        // of no interest here
    }

    warn(message: string, _fields?: LogFields): void {
        this.lines.push(`warn: ${message}`);
    }

    error(message: string, _fields?: LogFields): void {
        this.lines.push(`error: ${message}`);
    }

    child(_fields: LogFields): Log {
        return new KeptLog(this.lines);
    }
}

/** Counts as words, in order. */
export class KeptTelemetry implements Telemetry {
    readonly counted: string[] = [];

    callOpened(direction: string): void {
        this.counted.push(`opened ${direction}`);
    }

    callAnswered(direction: string, setupMs: number): void {
        this.counted.push(`answered ${direction} after ${setupMs} ms`);
    }

    callEnded(direction: string, cause: string, talkedMs: number | undefined): void {
        this.counted.push(
            `ended ${direction} ${cause} ${talkedMs === undefined ? "unanswered" : `after ${talkedMs} ms`}`,
        );
    }

    factIgnored(phase: string, kind: string): void {
        this.counted.push(`ignored ${kind} while ${phase}`);
    }

    trunkRegistered(trunk: string, standing: string): void {
        this.counted.push(`registration of ${trunk} ${standing}`);
    }

    trunkAddress(trunk: string, address: string, standing: string): void {
        this.counted.push(`${trunk} at ${address} ${standing}`);
    }

    dropped(from: string, reason: string): void {
        this.counted.push(`dropped from ${from}: ${reason}`);
    }
}
