import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { Telemetry } from "../../ports/Telemetry.ts";
import type { SipResponder } from "../SipResponder.ts";
import type { IncomingRequest } from "../SipStack.ts";
import { UnansweredRequests } from "./UnansweredRequests.ts";
import { UnknownSenderLog } from "./UnknownSenderLog.ts";

/** `reject`: 403, from which the sender learns that SIP is spoken here. `drop`: no final response (`sip.unknownPeers`). */
export type UnknownPeerPolicy = "reject" | "drop";

export interface UnknownSendersParts {
    readonly policy: UnknownPeerPolicy;
    readonly responder: Pick<SipResponder, "respond">;
    readonly clock: Clock;
    readonly log: Log;
    readonly telemetry: Telemetry;
}

/** Handles requests whose sender is no peer, trunk or phone. */
export class UnknownSenders {
    readonly #parts: UnknownSendersParts;
    readonly #unanswered: UnansweredRequests;
    readonly #log: UnknownSenderLog;

    constructor(parts: UnknownSendersParts) {
        this.#parts = parts;
        this.#unanswered = new UnansweredRequests(parts.clock);
        this.#log = new UnknownSenderLog(parts.clock, parts.log);
    }

    /** Requests that are held without a response. */
    get held(): number {
        return this.#unanswered.held;
    }

    handle(request: IncomingRequest): void {
        this.#parts.telemetry.dropped("sip", "unknown_peer");
        if (request.method === "ACK") return;
        const isHeld = this.#parts.policy === "drop" && this.#unanswered.hold(request);
        this.#log.note(request, isHeld ? "dropped" : "rejected");
        if (!isHeld) this.#parts.responder.respond(request, { status: 403 });
    }

    /** The SIP server is gone, and with it all requests that were held. */
    lost(): void {
        this.#unanswered.lost();
    }
}
