import { SourceLog } from "../../sip-server/transport/SourceLog.ts";
import type { Clock } from "../../ports/Clock.ts";
import type { Log } from "../../ports/Log.ts";
import type { Telemetry } from "../../ports/Telemetry.ts";
import type { SipResponder } from "../SipResponder.ts";
import type { IncomingRequest } from "../SipStack.ts";
import { UnansweredRequests } from "./UnansweredRequests.ts";

/** `reject`: 403, from which the sender learns that SIP is spoken here. `drop`: no final response (`sip.unknownPeers`). */
export type UnknownPeerPolicy = "reject" | "drop";

export interface UnknownSendersParts {
    readonly policy: UnknownPeerPolicy;
    readonly responder: Pick<SipResponder, "respond">;
    readonly clock: Clock;
    readonly log: Log;
    readonly telemetry: Telemetry;
}

/** A request of an unknown sender, for the log. */
interface Answered {
    readonly address: string;
    readonly request: IncomingRequest;
    readonly outcome: keyof typeof MESSAGES;
}

/** Unknown senders that are logged one by one in ten minutes, so that a scan from many addresses does not fill the log. */
const LOGGED_SOURCES = 20;

const MESSAGES = {
    dropped: { first: "request dropped: unknown sender", summary: "requests dropped: unknown senders" },
    rejected: { first: "request rejected: unknown sender", summary: "requests rejected: unknown senders" },
} as const;

/** Handles requests whose sender is no peer, trunk or phone. */
export class UnknownSenders {
    readonly #parts: UnknownSendersParts;
    readonly #unanswered: UnansweredRequests;
    readonly #log: SourceLog<Answered>;

    constructor(parts: UnknownSendersParts) {
        this.#parts = parts;
        this.#unanswered = new UnansweredRequests(parts.clock);
        this.#log = logOf(parts);
    }

    /** Requests that are held without a response. */
    get held(): number {
        return this.#unanswered.held;
    }

    handle(request: IncomingRequest): void {
        this.#parts.telemetry.dropped("sip", "unknown_peer");
        if (request.method === "ACK") return;
        const isHeld = this.#parts.policy === "drop" && this.#unanswered.hold(request);
        this.#log.note({ address: request.source.address, request, outcome: isHeld ? "dropped" : "rejected" });
        if (!isHeld) this.#parts.responder.respond(request, { status: 403 });
    }

    /** The SIP server is gone, or the bridge stops, and with it all requests that were held. */
    lost(): void {
        this.#unanswered.lost();
        this.#log.stop();
    }
}

function logOf({ clock, log, policy }: UnknownSendersParts): SourceLog<Answered> {
    return new SourceLog<Answered>({
        clock: { setTimer: (ms, fire) => clock.startTimer(ms, fire) },
        isTrusted: () => false,
        unknownSources: LOGGED_SOURCES,
        onFirst: ({ address, request: { method, source, headers }, outcome }) =>
            log.info(MESSAGES[outcome].first, {
                address,
                transport: source.protocol,
                method,
                sipCallId: headers.get("call-id"),
                hint: "a PBX or carrier needs an entry in sip.peers or trunks",
            }),
        onSummary: ({ events, ...rest }) =>
            log.info(MESSAGES[policy === "drop" ? "dropped" : "rejected"].summary, { requests: events, ...rest }),
    });
}
