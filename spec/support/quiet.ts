import type { Log, LogFields } from "../../lib/ports/Log.ts";
import type { CallNote, CallRecorder, RejectedCall } from "../../lib/ports/CallRecorder.ts";
import type { Telemetry } from "../../lib/ports/Telemetry.ts";

/** A log that keeps lines from `warn` upwards, for specs that check whether a warning was logged. */
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
    /** What is not about calls: the state of the parts, and SIP responses. */
    readonly states: string[] = [];

    eventIgnored(state: string, event: string): void {
        this.counted.push(`ignored ${event} while ${state}`);
    }

    endUndelivered(party: string): void {
        this.counted.push(`end not delivered to ${party}`);
    }

    trunkRegistered(trunk: string, state: string): void {
        this.counted.push(`registration of ${trunk} ${state}`);
    }

    trunkAddress(trunk: string, address: string, state: string): void {
        this.counted.push(`${trunk} at ${address} ${state}`);
    }

    rtpengine(address: string, state: string): void {
        this.states.push(`rtpengine ${address} ${state}`);
    }

    homeserver(state: string): void {
        this.states.push(`homeserver ${state}`);
    }

    sipServer(state: string): void {
        this.states.push(`SIP server ${state}`);
    }

    phonesRegistered(count: number): void {
        this.states.push(`${count} phones registered`);
    }

    sipResponse(direction: string, method: string, status: number): void {
        this.states.push(`${direction} ${status} to ${method}`);
    }

    dropped(from: string, reason: string): void {
        this.counted.push(`dropped from ${from}: ${reason}`);
    }
}

/** Records calls as words, in order. */
export class KeptRecorder implements CallRecorder {
    readonly recorded: string[] = [];
    readonly notes: CallNote[] = [];

    started(callId: string): void {
        this.recorded.push(`${callId} started`);
    }

    resumed(callId: string): void {
        this.recorded.push(`${callId} resumed`);
    }

    notesOf(): readonly CallNote[] {
        return [];
    }

    ringing(callId: string): void {
        this.recorded.push(`${callId} ringing`);
    }

    answered(callId: string): void {
        this.recorded.push(`${callId} answered`);
    }

    ended(callId: string, cause: string, by: string): void {
        this.recorded.push(`${callId} ended by ${by}: ${cause}`);
    }

    settled(callId: string): void {
        this.recorded.push(`${callId} settled`);
    }

    rejected({ callId, reason }: RejectedCall): void {
        this.recorded.push(`${callId} rejected: ${reason}`);
    }

    note(_callId: string, note: CallNote): void {
        this.notes.push(note);
    }
}
