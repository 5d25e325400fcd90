import type { SipMessage } from "../sip/SipMessage.ts";
import type { CallEnd } from "./CallRecord.ts";
import type { MessageMeta } from "./MessageMeta.ts";
import type { EngineListener } from "./SipEngine.ts";

/** Writes the record of one call: an attempt, perhaps a start, one stop. */
export class CallTrace {
    readonly #listener: Pick<EngineListener, "onCallRecord">;
    readonly #role: "uac" | "uas";
    #stopped = false;

    constructor(listener: Pick<EngineListener, "onCallRecord">, role: "uac" | "uas") {
        this.#listener = listener;
        this.#role = role;
    }

    attempt(message: SipMessage, meta: MessageMeta): void {
        this.#listener.onCallRecord({ kind: "attempt", message, meta });
    }

    start(message: SipMessage, meta: MessageMeta): void {
        this.#listener.onCallRecord({ kind: "start", role: this.#role, message, meta });
    }

    /** Only the first stop counts. */
    stop(end: CallEnd, message: SipMessage, meta: MessageMeta): void {
        if (this.#stopped) return;
        this.#stopped = true;
        this.#listener.onCallRecord({ kind: "stop", end, message, meta });
    }
}
