import type { Log } from "../../ports/Log.ts";
import type { Telemetry } from "../../ports/Telemetry.ts";
import type { DropReason } from "./EventHandler.ts";

/** The fields of an event that the log shows. */
export interface DroppedEvent {
    readonly type: string;
    readonly eventId?: string;
    readonly room: string;
    readonly sender?: string;
}

/** Counts dropped events and logs each of them at debug with the reason. */
export class DroppedEvents {
    readonly #telemetry: Pick<Telemetry, "dropped">;
    readonly #log: Log;

    constructor(telemetry: Pick<Telemetry, "dropped">, log: Log) {
        this.#telemetry = telemetry;
        this.#log = log;
    }

    /** `detail` names the invalid field or value. `event` is undefined if it could not be parsed. */
    record(event: DroppedEvent | undefined, reason: DropReason, detail?: string): void {
        this.#telemetry.dropped("matrix", reason);
        const fields = event && { type: event.type, eventId: event.eventId, roomId: event.room, sender: event.sender };
        this.#log.debug("event dropped", { reason, detail, ...fields });
    }
}
