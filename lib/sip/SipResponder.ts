import type { Log } from "../ports/Log.ts";
import type { IncomingRequest, OutgoingResponse } from "./SipStack.ts";

/** Responds to requests outside of calls, with the headers that every response has. */
export class SipResponder {
    readonly #userAgent: string;
    readonly #log: Log;

    constructor(userAgent: string, log: Log) {
        this.#userAgent = userAgent;
        this.#log = log;
    }

    /** Never throws: a response that cannot be sent is logged at debug. Undefined sends none. */
    respond(request: IncomingRequest, response: OutgoingResponse | undefined): void {
        if (response === undefined) return;
        const complete = { ...response, headers: { ...response.headers, "User-Agent": this.#userAgent } };
        request.respond(complete).catch((error: unknown) => {
            this.#log.debug("SIP message not sent", { error });
        });
    }
}
